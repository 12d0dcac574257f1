//! Exports and imports as files: what was asked for, and how far it has come.

use muster_core::event::NewEvent;
use muster_core::ids::OperationId;
use muster_core::time::Timestamp;
use muster_core::transfer::{FailedLine, Progress, Transfer, TransferId, TransferState};
use serde::de::DeserializeOwned;

pub(crate) mod failures;
pub(crate) mod page;

pub use failures::{FailureKind, MAX_FAILURES};

use crate::change::Change;
use crate::engine::{Connection, Row, Sql};
use crate::error::{StorageError, corrupt};
use crate::store::Store;
use crate::writer::{Operation, Unit};

/// Most transfers that are listed: more than a person makes in the time they are kept.
pub const MAX_TRANSFERS: usize = 1_000;

/// The columns that [`transfer_of`] reads.
macro_rules! columns {
    () => {
        "SELECT transfer_id, plan, actor, state, progress, failure, created_at, ended_at, transfer_seq FROM transfer "
    };
}
pub(crate) use columns;

const INSERT: Sql = Sql::both(
    "beginning a transfer",
    "INSERT INTO transfer (transfer_seq, transfer_id, plan, actor, state, progress, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)",
);

const COUNT_RUNNING: Sql = Sql::both(
    "looking for a running transfer",
    "SELECT COUNT(*) FROM transfer WHERE state = 'running'",
);

const RUNNING: Sql = Sql::both(
    "reading the running transfer",
    concat!(columns!(), "WHERE state = 'running'"),
);

const FIND: Sql = Sql::both(
    "reading a transfer",
    concat!(columns!(), "WHERE transfer_id = $1"),
);

const NUMBERED: Sql = Sql::both(
    "reading a transfer by its number",
    concat!(columns!(), "WHERE transfer_seq = $1"),
);

const NEWEST: Sql = Sql::both(
    "listing transfers",
    concat!(columns!(), "ORDER BY transfer_seq DESC LIMIT $1"),
);

const MOVE: Sql = Sql::both(
    "noting how far a transfer has come",
    "UPDATE transfer SET progress = $2 WHERE transfer_id = $1 AND state = 'running'",
);

const END: Sql = Sql::both(
    "ending a transfer",
    "UPDATE transfer SET state = $2, progress = $3, failure = $4, ended_at = $5
     WHERE transfer_id = $1 AND state = 'running'",
);

const FORGET: Sql = Sql::both(
    "forgetting old transfers",
    "DELETE FROM transfer WHERE ended_at < $1",
);

pub(crate) const STATEMENTS: &[&Sql] = &[
    &INSERT,
    &COUNT_RUNNING,
    &RUNNING,
    &FIND,
    &NUMBERED,
    &NEWEST,
    &MOVE,
    &END,
    &FORGET,
];

impl Store {
    /// Begins a transfer, unless one is running; gives its number, that of the event.
    pub async fn begin_transfer(
        &self,
        transfer: Transfer,
        event: NewEvent,
    ) -> Result<Option<OperationId>, StorageError> {
        self.write("beginning a transfer", Begin { transfer, event })
            .await
    }

    /// Notes how far a running transfer has come, and the lines that failed since; whether it still runs. Of all lines
    /// that fail, the first [`MAX_FAILURES`] are kept.
    pub async fn move_transfer(
        &self,
        id: &TransferId,
        progress: Progress,
        failed: Vec<FailedLine>,
    ) -> Result<bool, StorageError> {
        let id = id.clone();
        let moved = Move {
            id,
            progress,
            failed,
        };
        self.write("moving a transfer", moved).await
    }

    /// Ends a running transfer; whether it was running.
    pub async fn end_transfer(
        &self,
        id: &TransferId,
        state: TransferState,
        progress: Progress,
        failure: Option<String>,
        event: NewEvent,
    ) -> Result<bool, StorageError> {
        let end = End {
            id: id.clone(),
            state,
            progress,
            failure,
            event,
        };
        self.write("ending a transfer", end).await
    }

    /// The running transfer, if there is one.
    pub async fn running_transfer(&self) -> Result<Option<Transfer>, StorageError> {
        let mut reader = self.reader().await?;
        let row = reader.connection().row(&RUNNING, []).await?;
        row.as_ref().map(transfer_of).transpose()
    }

    /// A transfer.
    pub async fn find_transfer(&self, id: &TransferId) -> Result<Option<Transfer>, StorageError> {
        let mut reader = self.reader().await?;
        let row = reader.connection().row(&FIND, [id.as_str().into()]).await?;
        row.as_ref().map(transfer_of).transpose()
    }

    /// A transfer by its number among operations.
    pub async fn numbered_transfer(
        &self,
        number: OperationId,
    ) -> Result<Option<Transfer>, StorageError> {
        let mut reader = self.reader().await?;
        numbered(&mut reader.connection(), number).await
    }

    /// The transfers, newest first, at most [`MAX_TRANSFERS`].
    pub async fn transfers(&self) -> Result<Vec<Transfer>, StorageError> {
        let mut reader = self.reader().await?;
        let rows = reader
            .connection()
            .rows(&NEWEST, [MAX_TRANSFERS.into()])
            .await?;
        rows.iter().map(transfer_of).collect()
    }

    /// Forgets transfers that ended before `older`; says how many.
    pub async fn forget_transfers(&self, older: Timestamp) -> Result<u64, StorageError> {
        self.write("forgetting old transfers", Forget(older)).await
    }
}

async fn numbered(
    connection: &mut Connection<'_>,
    number: OperationId,
) -> Result<Option<Transfer>, StorageError> {
    let row = connection.row(&NUMBERED, [number.0.into()]).await?;
    row.as_ref().map(transfer_of).transpose()
}

/// The number of the transfer of this name.
async fn number_of(unit: &mut Unit<'_>, id: &TransferId) -> Result<OperationId, StorageError> {
    let row = unit.connection.row(&FIND, [id.as_str().into()]).await?;
    let found = row.as_ref().map(transfer_of).transpose()?;
    let found = found.ok_or_else(|| corrupt("transfer", "transfer_id", id, "just changed"))?;
    Ok(found.number)
}

#[derive(Debug)]
struct Begin {
    transfer: Transfer,
    event: NewEvent,
}

impl Operation for Begin {
    type Output = Option<OperationId>;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<Self::Output, StorageError> {
        if unit.connection.number(&COUNT_RUNNING, []).await? > 0 {
            return Ok(None);
        }
        let event = unit.event(self.event.clone());
        let transfer = &self.transfer;
        let arguments = [
            event.seq.0.into(),
            transfer.id.as_str().into(),
            text(&transfer.plan).into(),
            text(&transfer.by).into(),
            transfer.state.as_str().into(),
            text(&transfer.progress).into(),
            transfer.created_at.millis().into(),
        ];
        unit.connection.run(&INSERT, arguments).await?;
        let id = OperationId(event.seq.0);
        unit.announce(vec![event], Change::Operation { id, turned: false });
        Ok(Some(id))
    }
}

#[derive(Debug)]
struct Move {
    id: TransferId,
    progress: Progress,
    failed: Vec<FailedLine>,
}

impl Operation for Move {
    type Output = bool;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<bool, StorageError> {
        let arguments = [self.id.as_str().into(), text(&self.progress).into()];
        if unit.connection.run(&MOVE, arguments).await? == 0 {
            return Ok(false);
        }
        let id = number_of(unit, &self.id).await?;
        let before = self.progress.failed - self.failed.len() as u64;
        failures::add(&mut unit.connection, id, before, &self.failed).await?;
        unit.announce(Vec::new(), Change::Operation { id, turned: false });
        Ok(true)
    }
}

#[derive(Debug)]
struct End {
    id: TransferId,
    state: TransferState,
    progress: Progress,
    failure: Option<String>,
    event: NewEvent,
}

impl Operation for End {
    type Output = bool;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<bool, StorageError> {
        let arguments = [
            self.id.as_str().into(),
            self.state.as_str().into(),
            text(&self.progress).into(),
            self.failure.clone().into(),
            self.event.at.millis().into(),
        ];
        let ended = unit.connection.run(&END, arguments).await? > 0;
        if ended {
            let id = number_of(unit, &self.id).await?;
            let event = unit.event(self.event.clone());
            unit.announce(vec![event], Change::Operation { id, turned: false });
        }
        Ok(ended)
    }
}

#[derive(Debug)]
struct Forget(Timestamp);

impl Operation for Forget {
    type Output = u64;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<u64, StorageError> {
        unit.connection.run(&FORGET, [self.0.millis().into()]).await
    }
}

fn text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("plans, actors and progress are plain data")
}

fn transfer_of(row: &Row) -> Result<Transfer, StorageError> {
    let id: String = row.get(0)?;
    let state: String = row.get(3)?;
    let ended: Option<i64> = row.get(7)?;
    let state = TransferState::from_name(&state)
        .ok_or_else(|| corrupt("transfer", "state", &id, "there is no such state"))?;
    Ok(Transfer {
        plan: read(row, 1, "plan", &id)?,
        by: read(row, 2, "actor", &id)?,
        state,
        progress: read(row, 4, "progress", &id)?,
        failure: row.get(5)?,
        created_at: Timestamp::from_millis(row.get(6)?),
        ended_at: ended.map(Timestamp::from_millis),
        number: OperationId(row.get(8)?),
        id: TransferId::named(&id),
    })
}

fn read<T: DeserializeOwned>(
    row: &Row,
    at: usize,
    column: &'static str,
    id: &str,
) -> Result<T, StorageError> {
    let text: String = row.get(at)?;
    serde_json::from_str(&text).map_err(|error| corrupt("transfer", column, id, error.to_string()))
}
