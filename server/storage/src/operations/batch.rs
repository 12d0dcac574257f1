//! A batch of targets: what is done to the devices, and what that does to targets, waves and reasons, in one
//! transaction. Whatever is in a batch is looked at again here, so a late or repeated batch changes nothing twice.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use futures::future::BoxFuture;
use muster_core::event::{Actor, EventKind, NewEvent};
use muster_core::ids::{DeviceId, OperationId};
use muster_core::operation::{OperationState, undo_of, would_change};
use muster_core::time::Timestamp;
use muster_core::twin::{ServiceWrite, Twin};
use serde_json::{Map, Value, json};

use super::reasons::Reasons;
use super::{Candidate, OperationRow, ReasonCause, StoredTarget, about, find};
use crate::change::Change;
use crate::devices::change as devices;
use crate::engine::{Argument, Column, Connection, Sql, Table};
use crate::error::StorageError;
use crate::records::{DeviceChange, WriteOutcome};
use crate::store::Store;
use crate::writer::command::WriteTwin;
use crate::writer::documents::Documents;
use crate::writer::fast::write_service;
use crate::writer::{Operation, Unit};

/// Longest result of a device that is kept, in bytes of JSON.
const MAX_RESULT: usize = 4 * 1024;

/// Longest undo of a device that is kept, in bytes of JSON.
const MAX_UNDO: usize = 4 * 1024;

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

const WRITE: Sql = Sql::pair(
    "writing the targets of a batch",
    "UPDATE OR FAIL operation_target
     SET state = b.value ->> 2, attempt = b.value ->> 3, reason = b.value ->> 4, due_at = b.value ->> 5,
         began_at = COALESCE(b.value ->> 6, began_at), ended_at = b.value ->> 7, status = b.value ->> 8
     FROM jsonb_each($2) AS b
     WHERE operation_target.operation_id = $1 AND operation_target.wave = b.value ->> 0
       AND operation_target.device_key = b.value ->> 1",
    "UPDATE operation_target AS t
     SET state = b.state, attempt = b.attempt, reason = b.reason, due_at = b.due_at,
         began_at = COALESCE(b.began_at, t.began_at), ended_at = b.ended_at, status = b.status
     FROM UNNEST($2::BIGINT[], $3::BIGINT[], $4::BIGINT[], $5::BIGINT[], $6::BIGINT[], $7::BIGINT[], $8::BIGINT[],
                 $9::BIGINT[], $10::BIGINT[])
          AS b (wave, device_key, state, attempt, reason, due_at, began_at, ended_at, status)
     WHERE t.operation_id = $1 AND t.wave = b.wave AND t.device_key = b.device_key",
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
         skipped = skipped + $7
     WHERE operation_id = $1 AND wave = $2",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&STORED, &RIVALS, &WRITE, &RESULT, &OF_DEVICE, &COUNT];

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

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.hold.is_empty()
            && self.begin.is_empty()
            && self.apply.is_empty()
            && self.ended.is_empty()
            && self.retry.is_empty()
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
    /// The operation as it is now; `None` when it is gone.
    pub operation: Option<Box<OperationRow>>,
}

impl Store {
    /// Does a batch, behind devices and people.
    pub async fn settle_targets(&self, batch: TargetBatch) -> Result<Settled, StorageError> {
        self.write_behind("working on a bulk operation", batch)
            .await
    }
}

/// A target before and after the batch.
#[derive(Debug)]
struct Changed {
    wave: u16,
    key: i64,
    state: StoredTarget,
    attempt: u8,
    reason: Option<i64>,
    due_at: Option<Timestamp>,
    began_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    status: Option<i64>,
}

#[derive(Clone, Copy, Debug)]
struct Before {
    state: StoredTarget,
    attempt: u8,
    reason: Option<i64>,
    due_at: Option<i64>,
}

/// The batch under way.
#[derive(Debug)]
struct Work<'b> {
    batch: &'b TargetBatch,
    title: String,
    reasons: Reasons,
    before: HashMap<(u16, i64), Before>,
    changed: Vec<Changed>,
    tallies: BTreeMap<u16, [i64; 5]>,
    results: Vec<(i64, Option<String>, Option<String>)>,
    failed: Vec<NewEvent>,
    settled: Settled,
}

impl Operation for TargetBatch {
    type Output = Settled;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<Settled, StorageError> {
        let Some(row) = find(&mut unit.connection, self.operation).await? else {
            return Ok(Settled::default());
        };
        let goes_on = row.state == OperationState::Running;
        let mut work = Work {
            batch: self,
            title: row.plan.title.clone(),
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

impl Work<'_> {
    fn is(&self, candidate: &Candidate, state: StoredTarget) -> bool {
        let before = self.before.get(&(candidate.wave, candidate.key));
        before.is_some_and(|before| before.state == state)
    }

    /// Moves a target; gives what it was.
    fn change(&mut self, candidate: &Candidate, state: StoredTarget) -> Option<Changed> {
        let place = (candidate.wave, candidate.key);
        // Once per batch: the row is what it was no longer.
        let before = self.before.remove(&place)?;
        if let Some(reason) = before.reason {
            self.reasons.remove(reason);
        }
        let tally = self.tallies.entry(candidate.wave).or_default();
        tally[before.state as usize] -= 1;
        tally[state as usize] += 1;
        Some(Changed {
            wave: candidate.wave,
            key: candidate.key,
            state,
            attempt: before.attempt,
            reason: None,
            due_at: None,
            began_at: None,
            ended_at: None,
            status: None,
        })
    }

    fn retry(&mut self, candidate: &Candidate) {
        if !self.is(candidate, StoredTarget::Failed) {
            return;
        }
        if let Some(mut changed) = self.change(candidate, StoredTarget::Pending) {
            changed.attempt = 0;
            self.changed.push(changed);
        }
    }

    fn hold(&mut self, candidate: &Candidate, hold: &Hold) {
        let before = self.before.get(&(candidate.wave, candidate.key)).copied();
        let Some(before) = before.filter(|before| before.state == StoredTarget::Pending) else {
            return;
        };
        let same_reason = before.reason.is_some() && before.reason == self.reasons.known(hold);
        if same_reason && before.due_at == hold.look.map(Timestamp::millis) {
            return;
        }
        if let Some(mut changed) = self.change(candidate, StoredTarget::Pending) {
            changed.reason = Some(self.reasons.add(hold, true, self.batch.at));
            changed.due_at = hold.look;
            self.changed.push(changed);
        }
    }

    fn begin(&mut self, candidate: &Candidate, until: Timestamp) {
        if !self.is(candidate, StoredTarget::Pending) {
            return;
        }
        if let Some(mut changed) = self.change(candidate, StoredTarget::Running) {
            changed.attempt += 1;
            changed.due_at = Some(until);
            changed.began_at = Some(self.batch.at);
            self.changed.push(changed);
            self.settled.begun.insert(candidate.key);
        }
    }

    fn end(
        &mut self,
        candidate: &Candidate,
        ended: &Ended,
        status: Option<i64>,
        result: Option<&Value>,
    ) {
        if !self.is(candidate, StoredTarget::Pending) && !self.is(candidate, StoredTarget::Running)
        {
            return;
        }
        let at = self.batch.at;
        let (state, why, retryable) = match ended {
            Ended::Succeeded => (StoredTarget::Succeeded, None, false),
            Ended::Failed { why, retryable } => {
                let hold = Hold::plain(ReasonCause::Failed, why.as_str());
                (StoredTarget::Failed, Some(hold), *retryable)
            }
            Ended::Skipped { why } => {
                let hold = Hold::plain(ReasonCause::Skipped, why.as_str());
                (StoredTarget::Skipped, Some(hold), false)
            }
            Ended::Again(hold) => (StoredTarget::Pending, Some(hold.clone()), true),
        };
        let Some(mut changed) = self.change(candidate, state) else {
            return;
        };
        changed.due_at = why.as_ref().and_then(|why| why.look);
        changed.reason = why.map(|why| self.reasons.add(&why, retryable, at));
        changed.status = status;
        if state != StoredTarget::Pending {
            changed.ended_at = Some(at);
            self.settled.over.push(candidate.device.clone());
        }
        if let Ended::Failed { why, .. } = ended {
            self.failed.push(self.failure(&candidate.device, why));
        }
        self.keep(candidate.key, None, result);
        self.changed.push(changed);
    }

    /// What was begun and done at once.
    fn done(&mut self, candidate: &Candidate, ended: &Ended, undo: Option<String>) {
        let before = self.changed.len();
        self.end(candidate, ended, None, None);
        if let Some(changed) = self.changed.get_mut(before)
            && !matches!(ended, Ended::Skipped { .. })
        {
            changed.attempt += 1;
            changed.began_at = Some(self.batch.at);
        }
        if undo.is_some() {
            self.results.push((candidate.key, undo, None));
        }
    }

    fn failure(&self, device: &DeviceId, why: &str) -> NewEvent {
        let event = NewEvent {
            at: self.batch.at,
            device: Some(device.clone()),
            actor: Actor::Operation {
                id: self.batch.operation,
            },
            kind: EventKind::TargetFailed,
            detail: json!({ "why": why }),
        };
        about(&event, self.batch.operation, &self.title)
    }

    fn keep(&mut self, key: i64, undo: Option<String>, result: Option<&Value>) {
        let result = result.map(Value::to_string);
        let result = result.map(|text| match text.len() {
            0..=MAX_RESULT => text,
            bytes => json!({ "tooLarge": bytes }).to_string(),
        });
        if undo.is_some() || result.is_some() {
            self.results.push((key, undo, result));
        }
    }

    async fn apply(
        &mut self,
        unit: &mut Unit<'_>,
        apply: &[(&Candidate, &Effect)],
    ) -> Result<(), StorageError> {
        let twins = apply
            .iter()
            .filter(|(_, effect)| matches!(effect, Effect::Twin { .. }));
        let twins: BTreeSet<DeviceId> = twins
            .map(|(candidate, _)| candidate.device.clone())
            .collect();
        let mut documents = Documents::of(&mut unit.connection, twins).await?;
        for (candidate, effect) in apply {
            match effect {
                Effect::Twin { write, undo } => {
                    self.write_twin(unit, &mut documents, candidate, write, *undo)?;
                }
                Effect::Identity {
                    change,
                    kind,
                    detail,
                } => {
                    let update = devices::Update {
                        id: candidate.device.clone(),
                        if_match: None,
                        change: (**change).clone(),
                        event: self.event(candidate, *kind, detail.clone()),
                    };
                    let outcome = update.apply(unit).await?;
                    self.done(candidate, &ended_of(&outcome), None);
                }
                Effect::Delete => {
                    let delete = devices::Delete {
                        id: candidate.device.clone(),
                        if_match: None,
                        event: self.event(candidate, EventKind::DeviceDeleted, Value::Null),
                    };
                    let (key, at) = (candidate.key, self.batch.at);
                    let but = Some(self.batch.operation);
                    leave_out(unit, key, &candidate.device, at, but).await?;
                    let outcome = delete.carry_out(unit).await?;
                    self.done(candidate, &ended_of(&outcome), None);
                }
            }
        }
        let newest = unit.newest_event();
        documents.store(&mut unit.connection, newest).await
    }

    fn event(&self, candidate: &Candidate, kind: EventKind, detail: Value) -> NewEvent {
        let event = NewEvent {
            at: self.batch.at,
            device: Some(candidate.device.clone()),
            actor: Actor::Operation {
                id: self.batch.operation,
            },
            kind,
            detail,
        };
        about(&event, self.batch.operation, &self.title)
    }

    fn write_twin(
        &mut self,
        unit: &mut Unit<'_>,
        documents: &mut Documents,
        candidate: &Candidate,
        write: &Arc<ServiceWrite>,
        undo: bool,
    ) -> Result<(), StorageError> {
        let document = match documents.document(&candidate.device) {
            Ok(Some(document)) => document,
            Ok(None) => {
                self.done(candidate, &gone(), None);
                return Ok(());
            }
            // A damaged twin is this device's trouble alone.
            Err(error @ StorageError::Corrupt { .. }) => {
                let why = error.to_string();
                let failed = Ended::Failed {
                    why,
                    retryable: false,
                };
                self.done(candidate, &failed, None);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        if is_so_already(&document.twin, write) {
            let skipped = Ended::Skipped {
                why: "it is so already".to_owned(),
            };
            self.done(candidate, &skipped, None);
            return Ok(());
        }
        let back = undo.then(|| way_back(&document.twin, write)).flatten();
        let command = WriteTwin {
            restored: None,
            id: candidate.device.clone(),
            write: (**write).clone(),
            if_match: None,
            actor: Actor::Operation {
                id: self.batch.operation,
            },
            at: self.batch.at,
        };
        let ended = match write_service(unit, document, &command) {
            Ok(_) => Ended::Succeeded,
            Err(error) => Ended::Failed {
                why: error.to_string(),
                retryable: false,
            },
        };
        let back = back.filter(|_| ended == Ended::Succeeded);
        self.done(candidate, &ended, back);
        Ok(())
    }

    async fn store(mut self, unit: &mut Unit<'_>) -> Result<Settled, StorageError> {
        let id = self.batch.operation;
        self.settled.changed = self.changed.len();
        if !self.changed.is_empty() {
            let table = table_of(&self.changed);
            unit.connection.run(&WRITE, [id.0.into(), table]).await?;
            self.reasons.store(&mut unit.connection, id).await?;
        }
        if !self.results.is_empty() {
            let table = results_of(&mut self.results);
            unit.connection.run(&RESULT, [id.0.into(), table]).await?;
        }
        for (wave, tally) in &self.tallies {
            let mut arguments: Vec<Argument> = vec![id.0.into(), usize::from(*wave).into()];
            arguments.extend(tally.map(Argument::from));
            unit.connection.run(&COUNT, arguments).await?;
        }
        let events = self
            .failed
            .into_iter()
            .map(|event| unit.event(event))
            .collect();
        if self.settled.changed > 0 {
            unit.announce(events, Change::Operation { id, turned: false });
        }
        self.settled.operation = find(&mut unit.connection, id).await?.map(Box::new);
        Ok(self.settled)
    }
}

fn gone() -> Ended {
    Ended::Skipped {
        why: "the device was deleted".to_owned(),
    }
}

fn ended_of<T>(outcome: &WriteOutcome<T>) -> Ended {
    match outcome {
        WriteOutcome::Done(_) => Ended::Succeeded,
        WriteOutcome::NotFound => gone(),
        WriteOutcome::Conflict { .. } => Ended::Failed {
            why: "it was changed meanwhile".to_owned(),
            retryable: true,
        },
        WriteOutcome::Refused(refusal) => Ended::Failed {
            why: refusal.to_string(),
            retryable: false,
        },
    }
}

/// Whether a merge would change nothing. A replacement always counts as a change.
fn is_so_already(twin: &Twin, write: &ServiceWrite) -> bool {
    let same = |base: &Map<String, Value>, patch: Option<&Value>| {
        patch.is_none_or(|patch| !would_change(base, patch))
    };
    write.mode == muster_core::twin::Mode::Merge
        && same(&twin.tags, write.tags.as_ref())
        && same(&twin.desired.value, write.desired.as_ref())
}

/// The patches that take a write back, as JSON; `None` when they are too large to be kept.
fn way_back(twin: &Twin, write: &ServiceWrite) -> Option<String> {
    let back = |base: &Map<String, Value>, patch: Option<&Value>| {
        patch.and_then(|patch| undo_of(base, patch))
    };
    let text = json!({
        "tags": back(&twin.tags, write.tags.as_ref()),
        "desired": back(&twin.desired.value, write.desired.as_ref()),
    })
    .to_string();
    (text.len() <= MAX_UNDO).then_some(text)
}

fn table_of(changed: &[Changed]) -> Argument {
    let ints =
        |value: &dyn Fn(&Changed) -> Option<i64>| Column::Int(changed.iter().map(value).collect());
    let at = |at: Option<Timestamp>| at.map(Timestamp::millis);
    Argument::Table(Table(vec![
        ints(&|c| Some(c.wave.into())),
        ints(&|c| Some(c.key)),
        ints(&|c| Some(c.state as i64)),
        ints(&|c| Some(c.attempt.into())),
        ints(&|c| c.reason),
        ints(&|c| at(c.due_at)),
        ints(&|c| at(c.began_at)),
        ints(&|c| at(c.ended_at)),
        ints(&|c| c.status),
    ]))
}

fn results_of(results: &mut Vec<(i64, Option<String>, Option<String>)>) -> Argument {
    let mut columns = (Vec::new(), Vec::new(), Vec::new());
    for (key, undo, result) in results.drain(..) {
        columns.0.push(Some(key));
        columns.1.push(undo.map(Into::into));
        columns.2.push(result.map(Into::into));
    }
    Argument::Table(Table(vec![
        Column::Int(columns.0),
        Column::Text(columns.1),
        Column::Text(columns.2),
    ]))
}
