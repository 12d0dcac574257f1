//! Making, changing and deleting devices: within the writer's transaction.

use muster_core::device::{Device, ETag, IfMatch};
use muster_core::event::NewEvent;
use muster_core::ids::DeviceId;
use muster_core::twin::drift::drift;
use muster_core::twin::limits::{MAX_PROPERTIES, MAX_TAGS, check_section};
use muster_core::twin::merge::without_nulls;
use muster_core::twin::{Meta, Object, Twin, TwinError};

use super::FIND;
use super::keys::change as keys;
use super::rows::Stored;
use crate::change::Change;
use crate::credentials::{Owner, closed};
use crate::engine::Sql;
use crate::error::StorageError;
use crate::operations::batch;
use crate::records::{DeviceChange, DeviceRow, InsertOutcome, WriteOutcome};
use crate::revisions;
use crate::twins;
use crate::writer::{Operation, Unit};

const EXISTS: Sql = Sql::both(
    "looking for a device",
    "SELECT COUNT(*) FROM device WHERE device_id = $1",
);

const INSERT: Sql = Sql::both(
    "making a device",
    "INSERT INTO device (device_key, device_id, generation, etag, status, status_reason, status_at, auth,
                         auth_primary, auth_secondary, stage, stage_at, model_id, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
);

const INSERT_PRESENCE: Sql = Sql::both(
    "making a device's presence",
    "INSERT INTO presence (device_key, connected, activity_at) VALUES ($1, 0, $2)",
);

const UPDATE: Sql = Sql::both(
    "changing a device",
    "UPDATE device
     SET etag = $2, status = $3, status_reason = $4, status_at = $5, auth = $6, auth_primary = $7,
         auth_secondary = $8, stage = $9, stage_at = $10
     WHERE device_key = $1",
);

const DELETE: Sql = Sql::both(
    "deleting a device",
    "DELETE FROM device WHERE device_key = $1",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&EXISTS, &INSERT, &INSERT_PRESENCE, &UPDATE, &DELETE];

#[derive(Debug)]
pub(super) struct Insert {
    pub(super) device: Device,
    pub(super) tags: Option<Object>,
    pub(super) desired: Option<Object>,
    pub(super) event: NewEvent,
}

impl Operation for Insert {
    type Output = InsertOutcome;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<InsertOutcome, StorageError> {
        let device = &self.device;
        let exists = unit
            .connection
            .number(&EXISTS, [device.id.as_str().into()])
            .await?;
        if exists > 0 {
            return Ok(InsertOutcome::AlreadyExists);
        }
        let twin = match self.first_twin() {
            Ok(twin) => twin,
            Err(error) => return Ok(InsertOutcome::Refused(error)),
        };
        let key = unit.next_device();
        let (primary, secondary) = closed(
            unit.sealer,
            &Owner::device(&device.id),
            &device.authentication,
        );
        let arguments = [
            key.into(),
            device.id.as_str().into(),
            device.generation.0.as_str().into(),
            device.etag.0.into(),
            device.status.as_str().into(),
            device.status_reason.clone().into(),
            device.status_at.map(|at| at.millis()).into(),
            device.authentication.kind().as_str().into(),
            primary.into(),
            secondary.into(),
            device.stage.as_str().into(),
            device.stage_at.millis().into(),
            device.model_id.as_str().into(),
            device.created_at.millis().into(),
        ];
        unit.connection.run(&INSERT, arguments).await?;
        let activity = device.last_activity_at.map(|at| at.millis());
        unit.connection
            .run(&INSERT_PRESENCE, [key.into(), activity.into()])
            .await?;
        twins::insert(&mut unit.connection, key, &twin).await?;
        let row = DeviceRow {
            device: device.into(),
            drift: drift(&twin.desired.value, &twin.reported.value),
            tags: twin.tags.clone(),
            connected: false,
            first_desired: Some(twin.desired.value.clone()),
        };
        let event = unit.event(self.event.clone());
        revisions::base::keep(&mut unit.connection, key, &twin, event.seq.0, event.at).await?;
        unit.announce(vec![event], Change::Device(Box::new(row)));
        Ok(InsertOutcome::Inserted(()))
    }
}

impl Insert {
    fn first_twin(&self) -> Result<Twin, TwinError> {
        let mut twin = Twin::new(self.device.created_at);
        if let Some(tags) = &self.tags {
            twin.tags = without_nulls(tags);
            check_section("tags", &twin.tags, MAX_TAGS)?;
        }
        if let Some(desired) = &self.desired {
            twin.desired.value = without_nulls(desired);
            twin.desired.meta = Meta::of(&twin.desired.value, self.device.created_at, Some(1));
            check_section("desired", &twin.desired.value, MAX_PROPERTIES)?;
        }
        Ok(twin)
    }
}

#[derive(Debug)]
pub(crate) struct Update {
    pub(crate) id: DeviceId,
    pub(crate) if_match: Option<IfMatch>,
    pub(crate) change: DeviceChange,
    pub(crate) event: NewEvent,
}

impl Operation for Update {
    type Output = WriteOutcome<Device>;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<WriteOutcome<Device>, StorageError> {
        let stored = match find(unit, &self.id, self.if_match.as_ref()).await? {
            Found::Yes(stored) => stored,
            Found::No => return Ok(WriteOutcome::NotFound),
            Found::Conflict(current) => return Ok(WriteOutcome::Conflict { current }),
        };
        let mut device = stored.open(unit.sealer)?;
        let (change, at) = (&self.change, self.event.at);
        if let Some(step) = change.step {
            match device.stage.after(step) {
                Ok(stage) => (device.stage, device.stage_at) = (stage, at),
                Err(error) => return Ok(WriteOutcome::Refused(error.into())),
            }
        }
        if let Some(status) = change.status.filter(|status| *status != device.status) {
            (device.status, device.status_at) = (status, Some(at));
        }
        if let Some(reason) = &change.status_reason {
            device.status_reason.clone_from(reason);
        }
        if let Some(authentication) = &change.authentication {
            keys::replaced(unit, &device, authentication, at).await?;
            device.authentication = authentication.clone();
        }
        device.etag = device.etag.next();
        let (primary, secondary) = closed(
            unit.sealer,
            &Owner::device(&device.id),
            &device.authentication,
        );
        let arguments = [
            stored.key.into(),
            device.etag.0.into(),
            device.status.as_str().into(),
            device.status_reason.clone().into(),
            device.status_at.map(|at| at.millis()).into(),
            device.authentication.kind().as_str().into(),
            primary.into(),
            secondary.into(),
            device.stage.as_str().into(),
            device.stage_at.millis().into(),
        ];
        unit.connection.run(&UPDATE, arguments).await?;
        let mut row = stored.into_row()?;
        row.device = (&device).into();
        let event = unit.event(self.event.clone());
        unit.announce(vec![event], Change::Device(Box::new(row)));
        Ok(WriteOutcome::Done(device))
    }
}

#[derive(Debug)]
pub(crate) struct Delete {
    pub(crate) id: DeviceId,
    pub(crate) if_match: Option<IfMatch>,
    pub(crate) event: NewEvent,
}

impl Operation for Delete {
    type Output = WriteOutcome<()>;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<WriteOutcome<()>, StorageError> {
        if let Found::Yes(stored) = find(unit, &self.id, self.if_match.as_ref()).await? {
            batch::leave_out(unit, stored.key, &self.id, self.event.at, None).await?;
        }
        self.carry_out(unit).await
    }
}

impl Delete {
    /// The deletion itself: without the operations that wait for the device.
    pub(crate) async fn carry_out(
        &self,
        unit: &mut Unit<'_>,
    ) -> Result<WriteOutcome<()>, StorageError> {
        let stored = match find(unit, &self.id, self.if_match.as_ref()).await? {
            Found::Yes(stored) => stored,
            Found::No => return Ok(WriteOutcome::NotFound),
            Found::Conflict(current) => return Ok(WriteOutcome::Conflict { current }),
        };
        unit.connection.run(&DELETE, [stored.key.into()]).await?;
        revisions::base::forget(&mut unit.connection, &self.id).await?;
        let event = unit.event(self.event.clone());
        unit.announce(vec![event], Change::DeviceDeleted(self.id.clone()));
        Ok(WriteOutcome::Done(()))
    }
}

pub(super) enum Found {
    Yes(Box<Stored>),
    No,
    Conflict(ETag),
}

pub(super) async fn find(
    unit: &mut Unit<'_>,
    id: &DeviceId,
    if_match: Option<&IfMatch>,
) -> Result<Found, StorageError> {
    let Some(row) = unit.connection.row(&FIND, [id.as_str().into()]).await? else {
        return Ok(Found::No);
    };
    let stored = Stored::read(&row)?;
    let current = stored.summary.etag;
    if if_match.is_some_and(|demand| !demand.matches(current)) {
        return Ok(Found::Conflict(current));
    }
    Ok(Found::Yes(Box::new(stored)))
}
