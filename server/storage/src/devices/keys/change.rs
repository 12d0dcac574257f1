//! The steps of a rotation, each in one transaction, and what other keys mean for it.

use muster_core::device::{Authentication, Device};
use muster_core::event::{Actor, EventKind, NewEvent};
use muster_core::ids::{DeviceId, OperationId};
use muster_core::key::{KeyPair, SharedKey};
use muster_core::rotation::{Rotation, Slots};
use muster_core::time::Timestamp;
use serde_json::json;

use super::{DeviceKeys, FIND, KeyRow, Minted};
use crate::change::Change;
use crate::credentials::{Owner, closed};
use crate::devices::change::{Found, find};
use crate::devices::rows::Stored;
use crate::engine::Sql;
use crate::error::StorageError;
use crate::writer::{Operation, Unit};

const WRITE: Sql = Sql::both(
    "writing what is known about a device's keys",
    "INSERT INTO device_keys (device_key, primary_at, secondary_at, operation_id, attempt, minted_mark, minted_at,
                              handed_at, confirmed_at, promoted_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (device_key)
     DO UPDATE SET primary_at = excluded.primary_at, secondary_at = excluded.secondary_at,
         operation_id = excluded.operation_id, attempt = excluded.attempt, minted_mark = excluded.minted_mark,
         minted_at = excluded.minted_at, handed_at = excluded.handed_at, confirmed_at = excluded.confirmed_at,
         promoted_at = excluded.promoted_at",
);

const WRITE_KEYS: Sql = Sql::both(
    "writing the keys of a device",
    "UPDATE device SET etag = $2, auth_primary = $3, auth_secondary = $4 WHERE device_key = $1",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&WRITE, &WRITE_KEYS];

#[derive(Debug)]
pub(super) struct Mint {
    pub(super) device: DeviceId,
    pub(super) operation: OperationId,
    pub(super) attempt: u8,
    pub(super) fresh: SharedKey,
    pub(super) at: Timestamp,
}

impl Operation for Mint {
    type Output = Minted;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<Minted, StorageError> {
        let Some(mut found) = Rotating::find(unit, &self.device).await? else {
            return Ok(Minted::NotFound);
        };
        let Some(keys) = found.keys() else {
            return Ok(Minted::NoKeys);
        };
        let before = found.row.known.rotation;
        if let Some(done) = before.filter(|r| r.operation == self.operation)
            && done.promoted_at.is_some()
        {
            return Ok(Minted::Done(done));
        }
        let old_primary = keys.primary.clone();
        let mut slots = slots(keys, &found.row.known);
        let under_way = before.filter(|_| slots.under_way);
        let minted = slots.mint(self.fresh.clone());
        let ours = |r: &Rotation| (r.operation, r.attempt) == (self.operation, self.attempt);
        let rotation = Rotation {
            operation: self.operation,
            attempt: self.attempt,
            minted_at: under_way.map_or(self.at, |r| r.minted_at),
            handed_at: under_way.filter(ours).and_then(|r| r.handed_at),
            confirmed_at: under_way.and_then(|r| r.confirmed_at),
            promoted_at: None,
        };
        let known = &mut found.row.known;
        known.rotation = Some(rotation);
        if minted {
            if slots.keys.primary != old_primary {
                known.primary_at = known.secondary_at;
            }
            known.secondary_at = self.at;
            found.row.minted = Some(slots.keys.secondary.mark().0);
        }
        write(unit, &found.row).await?;
        moved(unit, self.operation);
        let key = slots.keys.secondary.clone();
        if minted {
            let event = event(EventKind::KeyMinted, &self.device, self.operation, self.at);
            found.write_keys(unit, slots.keys, event).await?;
        }
        Ok(Minted::Key(key, rotation))
    }
}

#[derive(Debug)]
pub(super) struct Handed {
    pub(super) device: DeviceId,
    pub(super) operation: OperationId,
    pub(super) at: Timestamp,
}

impl Operation for Handed {
    type Output = bool;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<bool, StorageError> {
        let Some(mut row) = read(unit, &self.device).await? else {
            return Ok(false);
        };
        let Some(rotation) = under_way(&mut row.known, self.operation) else {
            return Ok(false);
        };
        rotation.handed_at = Some(self.at);
        write(unit, &row).await?;
        moved(unit, self.operation);
        Ok(true)
    }
}

#[derive(Debug)]
pub(super) struct Promote {
    pub(super) device: DeviceId,
    pub(super) operation: OperationId,
    pub(super) fresh: SharedKey,
    pub(super) at: Timestamp,
}

impl Operation for Promote {
    type Output = bool;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<bool, StorageError> {
        let Some(mut found) = Rotating::find(unit, &self.device).await? else {
            return Ok(false);
        };
        let Some(keys) = found.keys() else {
            return Ok(false);
        };
        let known = &mut found.row.known;
        let mut slots = slots(keys, known);
        let Some(rotation) = under_way(known, self.operation) else {
            return Ok(false);
        };
        if !slots.promote(self.fresh.clone()) {
            return Ok(false);
        }
        rotation.promoted_at = Some(self.at);
        known.primary_at = rotation.minted_at;
        known.secondary_at = self.at;
        write(unit, &found.row).await?;
        let event = event(
            EventKind::KeysRotated,
            &self.device,
            self.operation,
            self.at,
        );
        found.write_keys(unit, slots.keys, event).await?;
        Ok(true)
    }
}

/// Credentials are about to be set by people or tools. A new key that a device may have stays under way as long as it
/// opens the identity.
pub(crate) async fn replaced(
    unit: &mut Unit<'_>,
    before: &Device,
    after: &Authentication,
    at: Timestamp,
) -> Result<(), StorageError> {
    if before.authentication == *after {
        return Ok(());
    }
    let Some(mut row) = read(unit, &before.id).await? else {
        return Ok(());
    };
    let known = row.known;
    let age = |key: &SharedKey| match &before.authentication {
        Authentication::Sas(keys) if *key == keys.primary => known.primary_at,
        Authentication::Sas(keys) if *key == keys.secondary => known.secondary_at,
        _ => at,
    };
    let (primary_at, secondary_at, keeps) = match after {
        Authentication::Sas(keys) => (
            age(&keys.primary),
            age(&keys.secondary),
            row.minted == Some(keys.secondary.mark().0),
        ),
        _ => (at, at, false),
    };
    row.known = DeviceKeys {
        primary_at,
        secondary_at,
        rotation: known.rotation.filter(|_| keeps),
        ..known
    };
    write(unit, &row).await
}

/// A device whose keys rotate.
#[derive(Debug)]
struct Rotating {
    stored: Box<Stored>,
    device: Device,
    row: KeyRow,
}

impl Rotating {
    async fn find(unit: &mut Unit<'_>, id: &DeviceId) -> Result<Option<Self>, StorageError> {
        let Found::Yes(stored) = find(unit, id, None).await? else {
            return Ok(None);
        };
        let device = stored.open(unit.sealer)?;
        let row = read(unit, id).await?;
        Ok(row.map(|row| Self {
            stored,
            device,
            row,
        }))
    }

    fn keys(&self) -> Option<KeyPair> {
        match &self.device.authentication {
            Authentication::Sas(keys) => Some(keys.clone()),
            _ => None,
        }
    }

    async fn write_keys(
        mut self,
        unit: &mut Unit<'_>,
        keys: KeyPair,
        event: NewEvent,
    ) -> Result<(), StorageError> {
        self.device.etag = self.device.etag.next();
        self.device.authentication = Authentication::Sas(keys);
        let owner = Owner::device(&self.device.id);
        let (primary, secondary) = closed(unit.sealer, &owner, &self.device.authentication);
        let arguments = [
            self.stored.key.into(),
            self.device.etag.0.into(),
            primary.into(),
            secondary.into(),
        ];
        unit.connection.run(&WRITE_KEYS, arguments).await?;
        let mut row = self.stored.into_row()?;
        row.device = (&self.device).into();
        let event = unit.event(event);
        unit.announce(vec![event], Change::Device(Box::new(row)));
        Ok(())
    }
}

/// Whoever looks at the operation sees the step.
fn moved(unit: &mut Unit<'_>, id: OperationId) {
    unit.announce(Vec::new(), Change::Operation { id, turned: false });
}

fn slots(keys: KeyPair, known: &DeviceKeys) -> Slots {
    Slots {
        keys,
        used: known.used.map(|(mark, _)| mark),
        under_way: known.rotation.is_some_and(|r| r.promoted_at.is_none()),
    }
}

/// The rotation that an operation has under way.
fn under_way(known: &mut DeviceKeys, operation: OperationId) -> Option<&mut Rotation> {
    let rotation = known.rotation.as_mut()?;
    let ours = rotation.operation == operation && rotation.promoted_at.is_none();
    ours.then_some(rotation)
}

fn event(kind: EventKind, device: &DeviceId, operation: OperationId, at: Timestamp) -> NewEvent {
    NewEvent {
        at,
        device: Some(device.clone()),
        actor: Actor::Operation { id: operation },
        kind,
        detail: json!({ "operation": operation }),
    }
}

async fn read(unit: &mut Unit<'_>, id: &DeviceId) -> Result<Option<KeyRow>, StorageError> {
    let row = unit.connection.row(&FIND, [id.as_str().into()]).await?;
    row.as_ref().map(KeyRow::read).transpose()
}

async fn write(unit: &mut Unit<'_>, row: &KeyRow) -> Result<(), StorageError> {
    let (known, rotation) = (&row.known, &row.known.rotation);
    let at = |at: Option<Timestamp>| at.map(Timestamp::millis);
    let promoted = rotation.and_then(|r| r.promoted_at);
    let arguments = [
        row.key.into(),
        known.primary_at.millis().into(),
        known.secondary_at.millis().into(),
        rotation.map(|r| r.operation.0).into(),
        rotation.map(|r| i64::from(r.attempt)).into(),
        row.minted.filter(|_| rotation.is_some()).into(),
        rotation.map(|r| r.minted_at.millis()).into(),
        at(rotation.and_then(|r| r.handed_at)).into(),
        // Until then the last sign-in tells.
        at(promoted.and(rotation.and_then(|r| r.confirmed_at))).into(),
        at(promoted).into(),
    ];
    unit.connection.run(&WRITE, arguments).await?;
    Ok(())
}
