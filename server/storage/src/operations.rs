//! Bulk operations: what is stored, and reading it.

use muster_core::event::{Actor, NewEvent};
use muster_core::ids::{DeviceId, OperationId, PersonId};
use muster_core::operation::{Allotment, NotNow, OperationState, Plan, Tally, WaveState};
use muster_core::time::Timestamp;
use serde::de::DeserializeOwned;

pub(crate) mod back;
pub(crate) mod batch;
pub(crate) mod change;
pub(crate) mod drafts;
pub(crate) mod forget;
pub(crate) mod freeze;
pub(crate) mod list;
pub(crate) mod passes;
pub(crate) mod reasons;
pub(crate) mod targets;
pub(crate) mod turn;
pub(crate) mod wave;

pub use batch::{Effect, Ended, Hold, OperationStanding, Settled, TargetBatch};
pub use drafts::{DraftRow, MAX_DRAFTS};
pub use list::{Listed, OperationFilter};
pub use reasons::{MAX_REASONS, ReasonCause, ReasonRow};
pub use targets::{Candidate, StoredTarget, TargetFilter, TargetRow, WalkedTarget};
pub use wave::WaveTurn;

use crate::engine::{Connection, Row, Sql, Table};
use crate::error::{StorageError, corrupt};
use crate::store::Store;

/// The columns that [`operation_of`] reads.
macro_rules! columns {
    () => {
        "SELECT o.operation_id, o.job_id, o.plan, o.state, o.reason, o.created_by, o.created_at, o.started_at, o.ended_at,
                o.wave, o.approval_id, o.back_of, o.allotment, o.frozen_upto, o.frozen
         FROM operation AS o "
    };
}
pub(crate) use columns;

const FIND: Sql = Sql::both(
    "reading an operation",
    concat!(columns!(), "WHERE o.operation_id = $1"),
);

const FIND_JOB: Sql = Sql::both(
    "reading an operation by its job id",
    concat!(columns!(), "WHERE o.job_id = $1"),
);

const OPEN: Sql = Sql::both(
    "reading open operations",
    concat!(columns!(), "WHERE o.open = 1 ORDER BY o.operation_id"),
);

const WAVES: Sql = Sql::pair(
    "reading waves",
    "SELECT w.operation_id, w.wave, w.state, w.opened_at, w.soak_until, w.pending, w.running, w.succeeded, w.failed, w.skipped,
            w.forgiven
     FROM json_each($1) AS b CROSS JOIN operation_wave AS w ON w.operation_id = b.value
     ORDER BY w.operation_id, w.wave",
    "SELECT w.operation_id, w.wave, w.state, w.opened_at, w.soak_until, w.pending, w.running, w.succeeded, w.failed, w.skipped,
            w.forgiven
     FROM UNNEST($1::BIGINT[]) AS b (operation_id) JOIN operation_wave AS w ON w.operation_id = b.operation_id
     ORDER BY w.operation_id, w.wave",
);

const BEGUN: Sql = Sql::both(
    "reading operations with begun targets",
    concat!(
        columns!(),
        "WHERE o.operation_id IN (SELECT w.operation_id FROM operation_wave AS w WHERE w.running > 0)
         ORDER BY o.operation_id"
    ),
);

pub(crate) const STATEMENTS: &[&Sql] = &[&FIND, &FIND_JOB, &OPEN, &BEGUN, &WAVES];

/// An operation about to be made.
#[derive(Clone, Debug)]
pub struct NewOperation {
    /// The name that tools of IoT Hub gave it; no other operation may have it.
    pub job_id: Option<String>,
    /// What was asked for; checked.
    pub plan: Plan,
    /// [`OperationState::Scheduled`] or [`OperationState::AwaitingApproval`].
    pub state: OperationState,
    /// The operation that it takes back.
    pub back_of: Option<OperationId>,
    /// That it was made; its number and title are filled in.
    pub event: NewEvent,
}

/// An operation as it is stored.
#[derive(Clone, PartialEq, Debug)]
pub struct OperationRow {
    /// Its number.
    pub id: OperationId,
    /// The name that tools of IoT Hub gave it.
    pub job_id: Option<String>,
    /// What was asked for.
    pub plan: Plan,
    /// Where it is in its life.
    pub state: OperationState,
    /// Why it is there, when there is more to say.
    pub reason: Option<String>,
    /// Who handed it in.
    pub created_by: Actor,
    /// When.
    pub created_at: Timestamp,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The newest wave that opened.
    pub wave: Option<u16>,
    /// The number of the request for approval.
    pub approval: Option<i64>,
    /// The operation that it takes back.
    pub back_of: Option<OperationId>,
    /// Where its waves end, once that is known.
    pub allotment: Option<Allotment>,
    /// The last device, in the order of ids, up to which targets are written down.
    pub frozen_upto: Option<String>,
    /// All targets are written down.
    pub frozen: bool,
    /// Its waves in order; at least one.
    pub waves: Vec<WaveRow>,
}

impl OperationRow {
    /// All waves together, as states tell them apart.
    pub fn counts(&self) -> muster_core::operation::Counts {
        let mut counts = muster_core::operation::Counts::default();
        for wave in &self.waves {
            counts += wave.tally.counts(wave.state, self.state);
        }
        counts
    }
}

/// A wave as it is stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WaveRow {
    /// Where it is.
    pub state: WaveState,
    /// When it opened.
    pub opened_at: Option<Timestamp>,
    /// Until when it is watched.
    pub soak_until: Option<Timestamp>,
    /// How many devices are where.
    pub tally: Tally,
    /// Failed devices that a person let the operation go on in spite of.
    pub forgiven: u32,
}

impl WaveRow {
    /// Some of its devices moved.
    pub(crate) fn move_by(&mut self, by: [i64; 5]) {
        self.tally.move_by(by);
        self.forgiven = self.forgiven.min(self.tally.failed);
    }
}

/// The end of a move of an operation.
#[derive(Clone, PartialEq, Debug)]
pub enum TurnOutcome {
    /// It was made; this is how it is now.
    Done(Box<OperationRow>),
    /// There is no such operation.
    NotFound,
    /// Its state does not allow the move.
    NotNow(NotNow),
}

impl Store {
    /// An operation with its waves.
    pub async fn find_operation(
        &self,
        id: OperationId,
    ) -> Result<Option<OperationRow>, StorageError> {
        let mut reader = self.reader().await?;
        find(&mut reader.connection(), id).await
    }

    /// An operation by the name that tools of IoT Hub gave it.
    pub async fn find_operation_by_job(
        &self,
        job: &str,
    ) -> Result<Option<OperationRow>, StorageError> {
        let mut reader = self.reader().await?;
        let mut connection = reader.connection();
        let rows = connection.rows(&FIND_JOB, [job.into()]).await?;
        Ok(whole(&mut connection, &rows).await?.pop())
    }

    /// The operations that something may still happen to, oldest first.
    pub async fn open_operations(&self) -> Result<Vec<OperationRow>, StorageError> {
        let mut reader = self.reader().await?;
        let mut connection = reader.connection();
        let rows = connection.rows(&OPEN, []).await?;
        whole(&mut connection, &rows).await
    }

    /// The operations with targets that are begun, in any state.
    pub async fn begun_operations(&self) -> Result<Vec<OperationRow>, StorageError> {
        let mut reader = self.reader().await?;
        let mut connection = reader.connection();
        let rows = connection.rows(&BEGUN, []).await?;
        whole(&mut connection, &rows).await
    }
}

pub(crate) async fn find(
    connection: &mut Connection<'_>,
    id: OperationId,
) -> Result<Option<OperationRow>, StorageError> {
    let rows = connection.rows(&FIND, [id.0.into()]).await?;
    Ok(whole(connection, &rows).await?.pop())
}

/// The operations of these rows, with their waves.
pub(crate) async fn whole(
    connection: &mut Connection<'_>,
    rows: &[Row],
) -> Result<Vec<OperationRow>, StorageError> {
    let mut operations = rows
        .iter()
        .map(operation_of)
        .collect::<Result<Vec<_>, _>>()?;
    if operations.is_empty() {
        return Ok(operations);
    }
    let ids = Table::ints(operations.iter().map(|operation| operation.id.0));
    for row in connection.rows(&WAVES, [ids]).await? {
        let id: i64 = row.get(0)?;
        let wave = wave_of(&row)?;
        let operation = operations.iter_mut().find(|operation| operation.id.0 == id);
        if let Some(operation) = operation {
            operation.waves.push(wave);
        }
    }
    Ok(operations)
}

/// The waves of an operation, in order.
pub(crate) async fn waves_of(
    connection: &mut Connection<'_>,
    id: OperationId,
) -> Result<Vec<WaveRow>, StorageError> {
    let rows = connection.rows(&WAVES, [Table::ints([id.0])]).await?;
    rows.iter().map(wave_of).collect()
}

fn operation_of(row: &Row) -> Result<OperationRow, StorageError> {
    let id: i64 = row.get(0)?;
    let bad = |column, cause: &str| corrupt("operation", column, id, cause);
    let at = |index| {
        let millis = row.get::<Option<i64>>(index);
        millis.map(|at| at.map(Timestamp::from_millis))
    };
    let state: String = row.get(3)?;
    let allotment: Option<String> = row.get(12)?;
    Ok(OperationRow {
        id: OperationId(id),
        job_id: row.get(1)?,
        plan: read(id, "plan", &row.get::<String>(2)?)?,
        state: OperationState::from_name(&state).ok_or_else(|| bad("state", &state))?,
        reason: row.get(4)?,
        created_by: read(id, "created_by", &row.get::<String>(5)?)?,
        created_at: Timestamp::from_millis(row.get(6)?),
        started_at: at(7)?,
        ended_at: at(8)?,
        wave: row.get::<Option<i64>>(9)?.map(|wave| wave as u16),
        approval: row.get(10)?,
        back_of: row.get::<Option<i64>>(11)?.map(OperationId),
        allotment: allotment
            .map(|text| read(id, "allotment", &text))
            .transpose()?,
        frozen_upto: row.get(13)?,
        frozen: row.flag(14)?,
        waves: Vec::new(),
    })
}

fn wave_of(row: &Row) -> Result<WaveRow, StorageError> {
    let state: String = row.get(2)?;
    let at = |index| {
        let millis = row.get::<Option<i64>>(index);
        millis.map(|at| at.map(Timestamp::from_millis))
    };
    let number = |index| {
        let number: i64 = row.get(index)?;
        u32::try_from(number).map_err(|cause| corrupt("operation_wave", "count", number, cause))
    };
    Ok(WaveRow {
        state: WaveState::from_name(&state)
            .ok_or_else(|| corrupt("operation_wave", "state", &state, "no such state"))?,
        opened_at: at(3)?,
        soak_until: at(4)?,
        tally: Tally {
            pending: number(5)?,
            running: number(6)?,
            succeeded: number(7)?,
            failed: number(8)?,
            skipped: number(9)?,
        },
        forgiven: number(10)?,
    })
}

fn read<T: DeserializeOwned>(id: i64, column: &'static str, text: &str) -> Result<T, StorageError> {
    serde_json::from_str(text).map_err(|cause| corrupt("operation", column, id, cause))
}

/// The number of the person who acts, if one does.
pub(crate) fn person_of(actor: &Actor) -> Option<PersonId> {
    match actor {
        Actor::Person { id, .. } => Some(*id),
        _ => None,
    }
}

/// An event of an operation: its number and title are in the particulars of each.
pub(crate) fn about(event: &NewEvent, id: OperationId, title: &str) -> NewEvent {
    let mut event = event.clone();
    if !event.detail.is_object() {
        event.detail = serde_json::json!({});
    }
    event.detail["operation"] = id.0.into();
    event.detail["title"] = title.into();
    event
}

/// The device of a stored target.
pub(crate) fn device_of(text: &str) -> Result<DeviceId, StorageError> {
    text.parse()
        .map_err(|cause| corrupt("operation_target", "device_id", text, cause))
}
