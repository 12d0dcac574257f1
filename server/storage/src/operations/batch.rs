//! A batch of targets: what is done to the devices, and what that does to targets, waves and reasons, in one
//! transaction. Whatever is in a batch is looked at again here, so a late or repeated batch changes nothing twice.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use futures::future::BoxFuture;
use muster_core::event::EventKind;
use muster_core::ids::{DeviceId, OperationId};
use muster_core::operation::OperationState;
use muster_core::time::Timestamp;
use muster_core::twin::ServiceWrite;
use serde_json::Value;

use super::reasons::Reasons;
use super::{Candidate, ReasonCause, StoredTarget, WaveRow, waves_of};
use crate::change::Change;
use crate::engine::{Argument, Column, Connection, Sql, Table};
use crate::error::{StorageError, corrupt};
use crate::records::DeviceChange;
use crate::store::Store;
use crate::writer::{Operation, Unit};

mod work;

use work::{Before, Work, gone};

/// Longest result of a device that is kept, in bytes of JSON.
const MAX_RESULT: usize = 4 * 1024;

/// Longest undo of a device that is kept, in bytes of JSON.
const MAX_UNDO: usize = 4 * 1024;

const STANDING: Sql = Sql::both(
    "reading how an operation stands",
    "SELECT state, title FROM operation WHERE operation_id = $1",
);

const STORED: Sql = Sql::pair(
    "reading the targets of a batch",
    "SELECT group_concat(concat_ws(char(31), t.wave, t.device_key, t.state, t.attempt, COALESCE(t.reason, ''), COALESCE(t.due_at, '')), char(30))
     FROM json_each($2) AS b
     CROSS JOIN operation_target AS t
       ON t.operation_id = $1 AND t.wave = b.value ->> 0 AND t.device_key = b.value ->> 1",
    "SELECT STRING_AGG(CONCAT_WS(CHR(31), t.wave, t.device_key, t.state, t.attempt, COALESCE(t.reason::TEXT, ''), COALESCE(t.due_at::TEXT, '')), CHR(30))
     FROM UNNEST($2::BIGINT[], $3::BIGINT[]) AS b (wave, device_key)
     JOIN operation_target AS t
       ON t.operation_id = $1 AND t.wave = b.wave AND t.device_key = b.device_key",
);

/// Devices of the batch that another operation is at: it has begun them, or it came first and has them before it.
const RIVALS: Sql = Sql::pair(
    "looking for devices that another operation is at",
    "SELECT t.device_key, t.operation_id
     FROM json_each($3) AS b
     CROSS JOIN operation AS o ON o.operation_id = $1 AND o.open = 1
     CROSS JOIN operation_wave AS w ON w.operation_id = o.operation_id
     CROSS JOIN operation_target AS t
       ON t.operation_id = w.operation_id AND t.wave = w.wave AND t.device_key = b.value
     WHERE t.state = 1 OR (t.state = 0 AND t.operation_id < $2)",
    "SELECT t.device_key, t.operation_id
     FROM UNNEST($3::BIGINT[]) AS b (device_key)
     JOIN operation AS o ON o.operation_id = $1 AND o.open = 1
     JOIN operation_wave AS w ON w.operation_id = o.operation_id
     JOIN operation_target AS t
       ON t.operation_id = w.operation_id AND t.wave = w.wave AND t.device_key = b.device_key
     WHERE t.state = 1 OR (t.state = 0 AND t.operation_id < $2)",
);

/// Each row names the operation: with it as an argument SQLite would walk all of its targets, and the batch for each.
const WRITE: Sql = Sql::pair(
    "writing the targets of a batch",
    "UPDATE OR FAIL operation_target
     SET state = b.value ->> 3, attempt = b.value ->> 4, reason = b.value ->> 5, due_at = b.value ->> 6,
         began_at = COALESCE(b.value ->> 7, began_at), ended_at = b.value ->> 8, status = b.value ->> 9
     FROM jsonb_each($1) AS b
     WHERE operation_target.operation_id = b.value ->> 0 AND operation_target.wave = b.value ->> 1
       AND operation_target.device_key = b.value ->> 2",
    "UPDATE operation_target AS t
     SET state = b.state, attempt = b.attempt, reason = b.reason, due_at = b.due_at,
         began_at = COALESCE(b.began_at, t.began_at), ended_at = b.ended_at, status = b.status
     FROM UNNEST($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::BIGINT[], $5::BIGINT[], $6::BIGINT[], $7::BIGINT[],
                 $8::BIGINT[], $9::BIGINT[], $10::BIGINT[])
          AS b (operation_id, wave, device_key, state, attempt, reason, due_at, began_at, ended_at, status)
     WHERE t.operation_id = b.operation_id AND t.wave = b.wave AND t.device_key = b.device_key",
);

const RESULT: Sql = Sql::pair(
    "writing results",
    "INSERT INTO operation_result (operation_id, device_key, undo, result)
     SELECT $1, b.value ->> 0, b.value ->> 1, b.value ->> 2 FROM json_each($2) AS b WHERE TRUE
     ON CONFLICT (operation_id, device_key)
     DO UPDATE SET undo = COALESCE(operation_result.undo, excluded.undo), result = excluded.result",
    "INSERT INTO operation_result (operation_id, device_key, undo, result)
     SELECT $1, b.device_key, b.undo, b.result
     FROM UNNEST($2::BIGINT[], $3::TEXT[], $4::TEXT[]) AS b (device_key, undo, result)
     ON CONFLICT (operation_id, device_key)
     DO UPDATE SET undo = COALESCE(operation_result.undo, excluded.undo), result = excluded.result",
);

const OF_DEVICE: Sql = Sql::both(
    "reading the open targets of a device",
    "SELECT t.operation_id, t.wave, t.attempt
     FROM operation AS o
     JOIN operation_wave AS w ON w.operation_id = o.operation_id
     JOIN operation_target AS t
       ON t.operation_id = w.operation_id AND t.wave = w.wave AND t.device_key = $1
     WHERE o.open = 1 AND t.state IN (0, 1)",
);

const COUNT: Sql = Sql::both(
    "counting the targets of a wave",
    "UPDATE operation_wave
     SET pending = pending + $3, running = running + $4, succeeded = succeeded + $5, failed = failed + $6,
         skipped = skipped + $7,
         forgiven = CASE WHEN forgiven > failed + $6 THEN failed + $6 ELSE forgiven END
     WHERE operation_id = $1 AND wave = $2",
);

pub(crate) const STATEMENTS: &[&Sql] = &[
    &STANDING, &STORED, &RIVALS, &WRITE, &RESULT, &OF_DEVICE, &COUNT,
];

/// Why a target waits, or how it ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hold {
    /// What kind of reason.
    pub cause: ReasonCause,
    /// The gate, by its place in the plan.
    pub gate: Option<u8>,
    /// The operation that holds the device.
    pub held_by: Option<OperationId>,
    /// In words.
    pub text: String,
    /// When to look again; only an event brings it back when absent.
    pub look: Option<Timestamp>,
}

impl Hold {
    /// A reason without gate, operation or time.
    pub fn plain(cause: ReasonCause, text: impl Into<String>) -> Self {
        Self {
            cause,
            gate: None,
            held_by: None,
            text: text.into(),
            look: None,
        }
    }
}

/// What is done to a device within the batch.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Its twin is written, unless it is so already. What was there before is kept when `undo` says so.
    Twin {
        /// The write.
        write: Arc<ServiceWrite>,
        /// Whether the way back is kept.
        undo: bool,
    },
    /// Its identity is changed.
    Identity {
        /// How.
        change: Box<DeviceChange>,
        /// The event's kind.
        kind: EventKind,
        /// The event's particulars.
        detail: Value,
    },
    /// It is deleted.
    Delete,
}

/// How an attempt ended.
#[derive(Clone, PartialEq, Debug)]
pub enum Ended {
    /// It did what it should.
    Succeeded,
    /// It failed for good.
    Failed {
        /// In words.
        why: String,
        /// Another attempt may succeed.
        retryable: bool,
    },
    /// It is left out.
    Skipped {
        /// In words.
        why: String,
    },
    /// Another attempt follows.
    Again(Hold),
}

/// Targets of one operation that something happens to.
#[derive(Clone, Debug)]
pub struct TargetBatch {
    /// Which.
    pub operation: OperationId,
    /// When.
    pub at: Timestamp,
    /// Other operations that may not be at a device at the same time.
    pub rivals: Vec<OperationId>,
    /// Have to wait.
    pub hold: Vec<(Candidate, Hold)>,
    /// Are begun; their time is over then.
    pub begin: Vec<(Candidate, Timestamp)>,
    /// Are begun and done here and now.
    pub apply: Vec<(Candidate, Effect)>,
    /// Were begun before, or end without being begun. With the status and the answer of the device.
    pub ended: Vec<(Candidate, Ended, Option<i64>, Option<Value>)>,
    /// Failed, and are tried again from the beginning, whatever the state of the operation.
    pub retry: Vec<Candidate>,
}

impl TargetBatch {
    /// A batch with nothing in it.
    pub fn new(operation: OperationId, at: Timestamp) -> Self {
        Self {
            operation,
            at,
            rivals: Vec::new(),
            hold: Vec::new(),
            begin: Vec::new(),
            apply: Vec::new(),
            ended: Vec::new(),
            retry: Vec::new(),
        }
    }

    /// How many targets are in it.
    pub fn devices(&self) -> usize {
        self.hold.len() + self.begin.len() + self.apply.len() + self.ended.len() + self.retry.len()
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.devices() == 0
    }

    /// Whether it only says why devices wait.
    fn only_holds(&self) -> bool {
        self.devices() == self.hold.len()
    }
}

/// What a batch did.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Settled {
    /// Keys of the targets that were begun.
    pub begun: BTreeSet<i64>,
    /// Devices that are through with the operation.
    pub over: Vec<DeviceId>,
    /// Targets that were changed.
    pub changed: usize,
    /// How the operation stands now; `None` when it is gone, or was not asked because there was nothing to do.
    pub standing: Option<OperationStanding>,
}

/// As much of an operation as changes while it works.
#[derive(Clone, PartialEq, Debug)]
pub struct OperationStanding {
    /// Where it is in its life.
    pub state: OperationState,
    /// Its waves in order.
    pub waves: Vec<WaveRow>,
}

impl Store {
    /// Does a batch, behind devices and people.
    pub async fn settle_targets(&self, batch: TargetBatch) -> Result<Settled, StorageError> {
        // A look at all that wait mostly finds them as they were: that needs no transaction.
        if batch.only_holds() && !self.holds_anew(&batch).await? {
            return Ok(Settled::default());
        }
        self.write_behind("working on a bulk operation", batch)
            .await
    }

    /// Whether a target of the batch waits for another reason or until another time than before.
    async fn holds_anew(&self, batch: &TargetBatch) -> Result<bool, StorageError> {
        let mut reader = self.reader().await?;
        let mut connection = reader.connection();
        let reasons = Reasons::load(&mut connection, batch.operation).await?;
        let before = batch.stored(&mut connection).await?;
        let anew = |(candidate, hold): &(Candidate, Hold)| {
            let before = before.get(&(candidate.wave, candidate.key));
            before.is_some_and(|before| {
                before.state == StoredTarget::Pending && !before.is(hold, &reasons)
            })
        };
        Ok(batch.hold.iter().any(anew))
    }
}

impl Operation for TargetBatch {
    type Output = Settled;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<Settled, StorageError> {
        let Some((title, standing)) = self.standing(&mut unit.connection).await? else {
            return Ok(Settled::default());
        };
        let goes_on = standing.state == OperationState::Running;
        let mut work = Work {
            batch: self,
            title,
            standing,
            reasons: Reasons::load(&mut unit.connection, self.operation).await?,
            before: self.stored(&mut unit.connection).await?,
            changed: Vec::new(),
            tallies: BTreeMap::new(),
            results: Vec::new(),
            failed: Vec::new(),
            settled: Settled::default(),
        };
        for (candidate, ended, status, result) in &self.ended {
            // What was begun may finish whatever became of the operation; what was not begun, only while it runs.
            if goes_on || work.is(candidate, StoredTarget::Running) {
                work.end(candidate, ended, *status, result.as_ref());
            }
        }
        for candidate in &self.retry {
            work.retry(candidate);
        }
        if goes_on {
            let held = self.held_by_rivals(&mut unit.connection).await?;
            for (candidate, hold) in &self.hold {
                work.hold(candidate, hold);
            }
            for (candidate, until) in &self.begin {
                match held.get(&candidate.key) {
                    Some(rival) => work.hold(candidate, &held_by(*rival)),
                    None => work.begin(candidate, *until),
                }
            }
            let mut apply = Vec::with_capacity(self.apply.len());
            for (candidate, effect) in &self.apply {
                match held.get(&candidate.key) {
                    Some(rival) => work.hold(candidate, &held_by(*rival)),
                    None if work.is(candidate, StoredTarget::Pending) => {
                        apply.push((candidate, effect))
                    }
                    None => {}
                }
            }
            work.apply(unit, &apply).await?;
        }
        work.store(unit).await
    }
}

/// A device is deleted: operations that wait for it leave it out.
pub(crate) fn leave_out<'a, 'c: 'a>(
    unit: &'a mut Unit<'c>,
    key: i64,
    device: &'a DeviceId,
    at: Timestamp,
    but: Option<OperationId>,
) -> BoxFuture<'a, Result<(), StorageError>> {
    Box::pin(async move {
        for row in unit.connection.rows(&OF_DEVICE, [key.into()]).await? {
            let id = OperationId(row.get(0)?);
            if but == Some(id) {
                continue;
            }
            let candidate = Candidate {
                wave: row.get::<i64>(1)? as u16,
                key,
                device: device.clone(),
                attempt: row.get::<i64>(2)? as u8,
            };
            let mut batch = TargetBatch::new(id, at);
            batch.ended.push((candidate, gone(), None, None));
            batch.apply(unit).await?;
            // The runner sees whether that was the last one.
            unit.announce(Vec::new(), Change::Operation { id, turned: true });
        }
        Ok(())
    })
}

fn held_by(rival: OperationId) -> Hold {
    Hold {
        cause: ReasonCause::HeldBy,
        gate: None,
        held_by: Some(rival),
        text: format!("operation {rival} is at it"),
        look: None,
    }
}

impl TargetBatch {
    fn candidates(&self) -> impl Iterator<Item = &Candidate> {
        let hold = self.hold.iter().map(|(candidate, _)| candidate);
        let begin = self.begin.iter().map(|(candidate, _)| candidate);
        let apply = self.apply.iter().map(|(candidate, _)| candidate);
        let ended = self.ended.iter().map(|(candidate, ..)| candidate);
        hold.chain(begin)
            .chain(apply)
            .chain(ended)
            .chain(&self.retry)
    }

    /// The title of the operation, and how it stands: without its plan, which may name ten thousand devices.
    async fn standing(
        &self,
        connection: &mut Connection<'_>,
    ) -> Result<Option<(String, OperationStanding)>, StorageError> {
        let id = self.operation;
        let Some(row) = connection.row(&STANDING, [id.0.into()]).await? else {
            return Ok(None);
        };
        let (state, title): (String, String) = (row.get(0)?, row.get(1)?);
        let known = OperationState::from_name(&state);
        let standing = OperationStanding {
            state: known.ok_or_else(|| corrupt("operation", "state", id, &state))?,
            waves: waves_of(connection, id).await?,
        };
        Ok(Some((title, standing)))
    }

    async fn stored(
        &self,
        connection: &mut Connection<'_>,
    ) -> Result<HashMap<(u16, i64), Before>, StorageError> {
        let waves = self.candidates().map(|c| Some(c.wave.into())).collect();
        let keys = self.candidates().map(|c| Some(c.key)).collect();
        let table = Argument::Table(Table(vec![Column::Int(waves), Column::Int(keys)]));
        let arguments = [self.operation.0.into(), table];
        let packed = connection.packed(&STORED, arguments).await?;
        let read = |record: crate::engine::Record<'_>| {
            let before = Before {
                state: StoredTarget::of(record.int(2)?)?,
                attempt: record.int(3)? as u8,
                reason: record.optional(4)?,
                due_at: record.optional(5)?,
            };
            Ok(((record.int(0)? as u16, record.int(1)?), before))
        };
        packed.records().map(read).collect()
    }

    /// Which devices that are to be begun another operation is at.
    async fn held_by_rivals(
        &self,
        connection: &mut Connection<'_>,
    ) -> Result<HashMap<i64, OperationId>, StorageError> {
        let mut held = HashMap::new();
        let begin = self.begin.iter().map(|(candidate, _)| candidate.key);
        let apply = self.apply.iter().map(|(candidate, _)| candidate.key);
        let keys: Vec<i64> = begin.chain(apply).collect();
        if keys.is_empty() {
            return Ok(held);
        }
        for rival in &self.rivals {
            let keys = Table::ints(keys.iter().copied());
            let arguments = [rival.0.into(), self.operation.0.into(), keys];
            for row in connection.rows(&RIVALS, arguments).await? {
                held.entry(row.get(0)?).or_insert(OperationId(row.get(1)?));
            }
        }
        Ok(held)
    }
}
