//! Taking operations back: within the writer's transaction.

use muster_core::event::NewEvent;
use muster_core::ids::OperationId;
use muster_core::operation::{OperationState, Turn};
use serde_json::Value;

use super::{NewOperation, OperationRow, TurnOutcome, change, find, turn};
use crate::engine::{Row, Sql, Table};
use crate::error::{StorageError, corrupt};
use crate::records::InsertOutcome;
use crate::store::Store;
use crate::writer::{Operation, Unit};

const UNDOS: Sql = Sql::pair(
    "reading how devices are taken back",
    "SELECT k.device_key, k.undo FROM json_each($2) AS b
     CROSS JOIN operation_result AS k ON k.operation_id = $1 AND k.device_key = b.value
     WHERE k.undo IS NOT NULL",
    "SELECT k.device_key, k.undo FROM UNNEST($2::BIGINT[]) AS b (device_key)
     JOIN operation_result AS k ON k.operation_id = $1 AND k.device_key = b.device_key
     WHERE k.undo IS NOT NULL",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&UNDOS];

impl Store {
    /// Ends an operation, if it is under way, and makes the one that takes it back.
    pub async fn take_back(
        &self,
        id: OperationId,
        reason: String,
        stop: NewEvent,
        new: NewOperation,
    ) -> Result<TurnOutcome, StorageError> {
        let back = TakeBack {
            id,
            reason,
            stop,
            new,
        };
        self.write("taking an operation back", back).await
    }

    /// What an operation overwrote on these devices, by their keys: an object with patches of `tags` and `desired`. Devices
    /// whose former values were not kept are left out.
    pub async fn undos(
        &self,
        id: OperationId,
        keys: impl IntoIterator<Item = i64>,
    ) -> Result<Vec<(i64, Value)>, StorageError> {
        let mut reader = self.reader().await?;
        let arguments = [id.0.into(), Table::ints(keys)];
        let rows = reader.connection().rows(&UNDOS, arguments).await?;
        let read = |row: &Row| {
            let (key, text): (i64, String) = (row.get(0)?, row.get(1)?);
            let bad = |cause| corrupt("operation_result", "undo", key, cause);
            Ok((key, serde_json::from_str(&text).map_err(bad)?))
        };
        rows.iter().map(read).collect()
    }
}

#[derive(Debug)]
struct TakeBack {
    id: OperationId,
    reason: String,
    stop: NewEvent,
    new: NewOperation,
}

impl Operation for TakeBack {
    type Output = TurnOutcome;

    /// Gives the operation that takes the other one back.
    async fn apply(&self, unit: &mut Unit<'_>) -> Result<TurnOutcome, StorageError> {
        let Some(row) = find(&mut unit.connection, self.id).await? else {
            return Ok(TurnOutcome::NotFound);
        };
        let under_way = |row: &OperationRow| {
            matches!(row.state, OperationState::Running | OperationState::Paused)
        };
        let turns = if under_way(&row) {
            [Turn::Stop, Turn::RollBack].as_slice()
        } else {
            &[Turn::RollBack]
        };
        for step in turns {
            let turned = turn::turn(unit, self.id, *step, Some(&self.reason), &self.stop).await?;
            if !matches!(turned, TurnOutcome::Done(_)) {
                return Ok(turned);
            }
        }
        match change::insert(unit, &self.new).await? {
            InsertOutcome::Inserted(back) => Ok(TurnOutcome::Done(Box::new(back))),
            InsertOutcome::AlreadyExists | InsertOutcome::Refused(_) => Err(corrupt(
                "operation",
                "job_id",
                self.id,
                "a way back has no job id",
            )),
        }
    }
}
