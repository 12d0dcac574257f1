//! Making, changing and deleting modules: within the writer's transaction.

use muster_core::device::{ETag, IfMatch};
use muster_core::event::{Actor, EventKind, NewEvent};
use muster_core::ids::{DeviceId, ModuleId};
use muster_core::module::{MAX_MODULES, Module};
use muster_core::twin::Twin;

use super::rows::Stored;
use super::{FIND, ModuleChange, ModuleInsert, ModuleNote, identity, key};
use crate::change::{Change, ModuleNews};
use crate::credentials::{Owner, closed};
use crate::engine::Sql;
use crate::error::StorageError;
use crate::records::WriteOutcome;
use crate::writer::documents::write::json;
use crate::writer::{Operation, Unit};

const DEVICE: Sql = Sql::both(
    "looking for a module's device",
    "SELECT device_key FROM device WHERE device_id = $1",
);

const COUNT: Sql = Sql::both(
    "counting modules",
    "SELECT COUNT(*) FROM module WHERE device_key = $1",
);

const INSERT: Sql = Sql::both(
    "making a module",
    "INSERT INTO module (device_key, module_id, generation, etag, auth, auth_primary, auth_secondary, managed_by,
                         model_id, created_at, activity_at, has_session, tags, desired, desired_meta,
                         desired_version, reported, reported_meta, reported_version, version, twin_etag)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
);

const UPDATE: Sql = Sql::both(
    "changing a module",
    "UPDATE module SET etag = $3, auth = $4, auth_primary = $5, auth_secondary = $6, managed_by = $7
     WHERE device_key = $1 AND module_id = $2",
);

const DELETE: Sql = Sql::both(
    "deleting a module",
    "DELETE FROM module WHERE device_key = $1 AND module_id = $2",
);

const PRESENCE: Sql = Sql::both(
    "writing a module's presence",
    "UPDATE module SET activity_at = $3, model_id = COALESCE($4, model_id)
     WHERE module_id = $2 AND device_key = (SELECT device_key FROM device WHERE device_id = $1)",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&DEVICE, &COUNT, &INSERT, &UPDATE, &DELETE, &PRESENCE];

#[derive(Debug)]
pub(super) struct Insert {
    pub(super) module: Module,
    pub(super) event: NewEvent,
}

impl Operation for Insert {
    type Output = ModuleInsert;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<ModuleInsert, StorageError> {
        let module = &self.module.summary;
        let name = [module.device.as_str().into()];
        let Some(row) = unit.connection.row(&DEVICE, name).await? else {
            return Ok(ModuleInsert::NoDevice);
        };
        let device: i64 = row.get(0)?;
        let found = unit.connection.row(&FIND, key(&module.device, &module.id));
        if found.await?.is_some() {
            return Ok(ModuleInsert::AlreadyExists);
        }
        let count = unit.connection.number(&COUNT, [device.into()]).await?;
        if usize::try_from(count).unwrap_or(usize::MAX) >= MAX_MODULES {
            return Ok(ModuleInsert::TooMany);
        }
        let id = module.identity();
        let (primary, secondary) = closed(
            unit.sealer,
            &Owner::module(&id),
            &self.module.authentication,
        );
        let twin = Twin::new(module.created_at);
        let arguments = [
            device.into(),
            module.id.as_str().into(),
            module.generation.0.as_str().into(),
            module.etag.0.into(),
            self.module.authentication.kind().as_str().into(),
            primary.into(),
            secondary.into(),
            module.managed_by.clone().into(),
            module.model_id.as_str().into(),
            module.created_at.millis().into(),
            module.last_activity_at.map(|at| at.millis()).into(),
            json(&twin.tags).into(),
            json(&twin.desired.value).into(),
            json(&twin.desired.meta).into(),
            twin.desired.version.into(),
            json(&twin.reported.value).into(),
            json(&twin.reported.meta).into(),
            twin.reported.version.into(),
            twin.version.into(),
            twin.etag.0.into(),
        ];
        unit.connection.run(&INSERT, arguments).await?;
        let event = unit.event(self.event.clone());
        let news = ModuleNews::Identity;
        unit.announce(vec![event], Change::Module { id, news });
        Ok(ModuleInsert::Inserted)
    }
}

#[derive(Debug)]
pub(super) struct Update {
    pub(super) device: DeviceId,
    pub(super) module: ModuleId,
    pub(super) if_match: Option<IfMatch>,
    pub(super) change: ModuleChange,
    pub(super) event: NewEvent,
}

impl Operation for Update {
    type Output = WriteOutcome<Module>;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<WriteOutcome<Module>, StorageError> {
        let found = find(unit, &self.device, &self.module, self.if_match.as_ref());
        let stored = match found.await? {
            Found::Yes(stored) => stored,
            Found::No => return Ok(WriteOutcome::NotFound),
            Found::Conflict(current) => return Ok(WriteOutcome::Conflict { current }),
        };
        let device = stored.device_key;
        let mut module = stored.open(unit.sealer)?;
        if let Some(authentication) = &self.change.authentication {
            module.authentication = authentication.clone();
            module.summary.auth = authentication.kind();
        }
        if let Some(managed_by) = &self.change.managed_by {
            module.summary.managed_by.clone_from(managed_by);
        }
        module.summary.etag = module.summary.etag.next();
        let id = module.summary.identity();
        let (primary, secondary) = closed(unit.sealer, &Owner::module(&id), &module.authentication);
        let arguments = [
            device.into(),
            self.module.as_str().into(),
            module.summary.etag.0.into(),
            module.summary.auth.as_str().into(),
            primary.into(),
            secondary.into(),
            module.summary.managed_by.clone().into(),
        ];
        unit.connection.run(&UPDATE, arguments).await?;
        let event = unit.event(self.event.clone());
        let news = ModuleNews::Identity;
        unit.announce(vec![event], Change::Module { id, news });
        Ok(WriteOutcome::Done(module))
    }
}

#[derive(Debug)]
pub(super) struct Delete {
    pub(super) device: DeviceId,
    pub(super) module: ModuleId,
    pub(super) if_match: Option<IfMatch>,
    pub(super) event: NewEvent,
}

impl Operation for Delete {
    type Output = WriteOutcome<()>;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<WriteOutcome<()>, StorageError> {
        let found = find(unit, &self.device, &self.module, self.if_match.as_ref());
        let stored = match found.await? {
            Found::Yes(stored) => stored,
            Found::No => return Ok(WriteOutcome::NotFound),
            Found::Conflict(current) => return Ok(WriteOutcome::Conflict { current }),
        };
        let arguments = [stored.device_key.into(), self.module.as_str().into()];
        unit.connection.run(&DELETE, arguments).await?;
        let event = unit.event(self.event.clone());
        let id = identity(&self.device, &self.module);
        let news = ModuleNews::Deleted;
        unit.announce(vec![event], Change::Module { id, news });
        Ok(WriteOutcome::Done(()))
    }
}

#[derive(Debug)]
pub(super) struct Presence(pub(super) ModuleNote);

impl Operation for Presence {
    type Output = bool;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<bool, StorageError> {
        let note = &self.0;
        // PostgreSQL cannot store NUL; no model has one.
        let model = note.model_id.clone().filter(|model| !model.contains('\0'));
        let arguments = [
            note.device.as_str().into(),
            note.module.as_str().into(),
            note.at.millis().into(),
            model.into(),
        ];
        if unit.connection.run(&PRESENCE, arguments).await? == 0 {
            return Ok(false);
        }
        let kind = if note.connected {
            EventKind::Connected
        } else {
            EventKind::Disconnected
        };
        let mut detail = note.detail.clone();
        detail["module"] = note.module.as_str().into();
        let event = unit.event(NewEvent {
            at: note.at,
            device: Some(note.device.clone()),
            actor: Actor::Device,
            kind,
            detail,
        });
        let id = identity(&note.device, &note.module);
        let news = ModuleNews::Identity;
        unit.announce(vec![event], Change::Module { id, news });
        Ok(true)
    }
}

enum Found {
    Yes(Box<Stored>),
    No,
    Conflict(ETag),
}

async fn find(
    unit: &mut Unit<'_>,
    device: &DeviceId,
    module: &ModuleId,
    if_match: Option<&IfMatch>,
) -> Result<Found, StorageError> {
    let Some(row) = unit.connection.row(&FIND, key(device, module)).await? else {
        return Ok(Found::No);
    };
    let stored = Stored::read(&row)?;
    let current = stored.summary.etag;
    if if_match.is_some_and(|demand| !demand.matches(current)) {
        return Ok(Found::Conflict(current));
    }
    Ok(Found::Yes(Box::new(stored)))
}
