//! What is known about keys of devices beside the keys: how old they are, which one is in use, how far their rotation is.

use std::collections::HashMap;

use muster_core::ids::{DeviceId, OperationId};
use muster_core::key::{KeyMark, SharedKey};
use muster_core::rotation::Rotation;
use muster_core::time::Timestamp;

pub(crate) mod change;

use super::id_of;
use crate::engine::{Row, Sql, Table};
use crate::error::StorageError;
use crate::store::Store;

/// The columns that [`KeyRow::read`] reads. What the device last signed in with confirms the new key until it is promoted.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT d.device_key, d.device_id, COALESCE(k.primary_at, d.created_at),
                    COALESCE(k.secondary_at, d.created_at), p.key_mark, p.key_at, k.minted_mark, k.operation_id,
                    k.attempt, k.minted_at, k.handed_at,
                    COALESCE(k.confirmed_at, CASE WHEN p.key_mark = k.minted_mark THEN p.key_at END), k.promoted_at
             FROM device AS d
             JOIN presence AS p ON p.device_key = d.device_key
             LEFT JOIN device_keys AS k ON k.device_key = d.device_key ",
            $rest
        )
    };
}

const FIND: Sql = Sql::both(
    "reading what is known about a device's keys",
    select!("WHERE d.device_id = $1"),
);

const OF_OPERATION: Sql = Sql::pair(
    "reading how far rotations are",
    select!("WHERE k.operation_id = $1 AND d.device_id IN (SELECT value FROM json_each($2))"),
    select!("WHERE k.operation_id = $1 AND d.device_id = ANY($2::TEXT[])"),
);

pub(crate) const STATEMENTS: &[&Sql] = &[&FIND, &OF_OPERATION];

/// What is known about the keys of a device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DeviceKeys {
    /// When the primary key was made, as far as the hub knows.
    pub primary_at: Timestamp,
    /// When the secondary key was made.
    pub secondary_at: Timestamp,
    /// The key of its own that it last signed in with, and when.
    pub used: Option<(KeyMark, Timestamp)>,
    /// The rotation under way, or the last one; `None` when there was none since people set the keys.
    pub rotation: Option<Rotation>,
}

/// What became of the wish for a new key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Minted {
    /// This is the key to hand to the device: a new one, or the one of a rotation that was under way.
    Key(SharedKey, Rotation),
    /// The operation has rotated the keys of this device already.
    Done(Rotation),
    /// The device proves itself without shared keys.
    NoKeys,
    /// There is no such device.
    NotFound,
}

/// A device's keys as they are stored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyRow {
    key: i64,
    minted: Option<i64>,
    known: DeviceKeys,
}

impl KeyRow {
    fn read(row: &Row) -> Result<Self, StorageError> {
        let at = |index| {
            let millis = row.get::<Option<i64>>(index);
            millis.map(|at| at.map(Timestamp::from_millis))
        };
        let rotation = match (row.get::<Option<i64>>(7)?, at(9)?) {
            (Some(operation), Some(minted_at)) => Some(Rotation {
                operation: OperationId(operation),
                attempt: row.get::<Option<i64>>(8)?.unwrap_or(0) as u8,
                minted_at,
                handed_at: at(10)?,
                confirmed_at: at(11)?,
                promoted_at: at(12)?,
            }),
            _ => None,
        };
        Ok(Self {
            key: row.get(0)?,
            minted: row.get(6)?,
            known: DeviceKeys {
                primary_at: Timestamp::from_millis(row.get(2)?),
                secondary_at: Timestamp::from_millis(row.get(3)?),
                used: row.get::<Option<i64>>(4)?.map(KeyMark).zip(at(5)?),
                rotation,
            },
        })
    }
}

impl Store {
    /// What is known about the keys of a device.
    pub async fn device_keys(&self, id: &DeviceId) -> Result<Option<DeviceKeys>, StorageError> {
        let mut reader = self.reader().await?;
        let row = reader.connection().row(&FIND, [id.as_str().into()]).await?;
        row.map(|row| Ok(KeyRow::read(&row)?.known)).transpose()
    }

    /// How far an operation is with the keys of these devices. Ask for a page.
    pub async fn rotations(
        &self,
        operation: OperationId,
        devices: impl IntoIterator<Item = DeviceId>,
    ) -> Result<HashMap<DeviceId, Rotation>, StorageError> {
        let names = Table::texts(devices.into_iter().map(String::from));
        let mut reader = self.reader().await?;
        let arguments = [operation.0.into(), names];
        let rows = reader.connection().rows(&OF_OPERATION, arguments).await?;
        let mut rotations = HashMap::with_capacity(rows.len());
        for row in &rows {
            if let Some(rotation) = KeyRow::read(row)?.known.rotation {
                rotations.insert(id_of(&row.get::<String>(1)?)?, rotation);
            }
        }
        Ok(rotations)
    }

    /// Gives a device a new secondary key, or finds the one that an unfinished rotation made. Keeps the key that the
    /// device last signed in with.
    pub async fn mint_key(
        &self,
        device: DeviceId,
        (operation, attempt): (OperationId, u8),
        fresh: SharedKey,
        at: Timestamp,
    ) -> Result<Minted, StorageError> {
        let mint = change::Mint {
            device,
            operation,
            attempt,
            fresh,
            at,
        };
        self.write_behind("making a key", mint).await
    }

    /// Notes that the device has stored its new key; whether the operation is still at it.
    pub async fn key_handed(
        &self,
        device: DeviceId,
        operation: OperationId,
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        let handed = change::Handed {
            device,
            operation,
            at,
        };
        self.write_behind("noting a key that was handed over", handed)
            .await
    }

    /// Makes the new key the primary one, revokes all others and puts `fresh` into the second slot. `false`, with
    /// nothing changed, unless the device's last sign-in was with the new key.
    pub async fn promote_key(
        &self,
        device: DeviceId,
        operation: OperationId,
        fresh: SharedKey,
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        let promote = change::Promote {
            device,
            operation,
            fresh,
            at,
        };
        self.write_behind("revoking old keys", promote).await
    }
}
