//! Devices that people let past a gate.

use muster_core::event::NewEvent;
use muster_core::ids::OperationId;

use super::{about, find};
use crate::change::Change;
use crate::engine::{Sql, Table};
use crate::error::StorageError;
use crate::store::Store;
use crate::writer::{Operation, Unit};

const ALL: Sql = Sql::both(
    "reading who was let past a gate",
    "SELECT gate, device_key FROM operation_pass WHERE operation_id = $1",
);

const INSERT: Sql = Sql::pair(
    "letting devices past a gate",
    "INSERT INTO operation_pass (operation_id, gate, device_key)
     SELECT $1, $2, b.value FROM json_each($3) AS b WHERE TRUE
     ON CONFLICT (operation_id, gate, device_key) DO NOTHING",
    "INSERT INTO operation_pass (operation_id, gate, device_key)
     SELECT $1, $2, b.device_key FROM UNNEST($3::BIGINT[]) AS b (device_key)
     ON CONFLICT (operation_id, gate, device_key) DO NOTHING",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&ALL, &INSERT];

impl Store {
    /// Who was let past which gate of an operation: the gate and the key of the device, 0 for all of them.
    pub async fn operation_passes(&self, id: OperationId) -> Result<Vec<(u8, i64)>, StorageError> {
        let mut reader = self.reader().await?;
        let rows = reader.connection().rows(&ALL, [id.0.into()]).await?;
        rows.iter()
            .map(|row| Ok((row.get::<i64>(0)? as u8, row.get(1)?)))
            .collect()
    }

    /// Lets devices past a gate, by their keys; 0 for all of the operation.
    pub async fn pass_gate(
        &self,
        id: OperationId,
        gate: u8,
        keys: Vec<i64>,
        event: NewEvent,
    ) -> Result<(), StorageError> {
        let pass = Pass {
            id,
            gate,
            keys,
            event,
        };
        self.write("letting devices past a gate", pass).await
    }
}

#[derive(Debug)]
struct Pass {
    id: OperationId,
    gate: u8,
    keys: Vec<i64>,
    event: NewEvent,
}

impl Operation for Pass {
    type Output = ();

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<(), StorageError> {
        let Some(row) = find(&mut unit.connection, self.id).await? else {
            return Ok(());
        };
        let arguments = [
            self.id.0.into(),
            i64::from(self.gate).into(),
            Table::ints(self.keys.iter().copied()),
        ];
        unit.connection.run(&INSERT, arguments).await?;
        let event = unit.event(about(&self.event, self.id, &row.plan.title));
        let id = self.id;
        unit.announce(vec![event], Change::Operation { id, turned: true });
        Ok(())
    }
}
