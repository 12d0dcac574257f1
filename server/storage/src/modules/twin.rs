//! Twins of modules: reading, reports, writes from the service side.

use muster_core::device::IfMatch;
use muster_core::event::{Actor, EventKind, NewEvent};
use muster_core::ids::{DeviceId, ModuleId};
use muster_core::time::Timestamp;
use muster_core::twin::{Mode, ServiceApplied, ServiceWrite, Twin};
use serde_json::{Value, json};

use super::rows::{Stored, twin_of};
use super::{FIND, ModuleTwinRow, identity, key};
use crate::change::{Change, ModuleNews};
use crate::engine::Sql;
use crate::error::StorageError;
use crate::records::{ReportOutcome, TwinOutcome};
use crate::store::Store;
use crate::writer::documents::write::json as text;
use crate::writer::{Operation, Unit};

const WRITE: Sql = Sql::both(
    "writing a module's twin",
    "UPDATE module SET tags = $3, desired = $4, desired_meta = $5, desired_version = $6, reported = $7,
                       reported_meta = $8, reported_version = $9, version = $10, twin_etag = $11
     WHERE device_key = $1 AND module_id = $2",
);

const ACTIVE: Sql = Sql::both(
    "noting a module's activity",
    "UPDATE module SET activity_at = $3 WHERE device_key = $1 AND module_id = $2",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&WRITE, &ACTIVE];

impl Store {
    /// A module's twin.
    pub async fn find_module_twin(
        &self,
        device: &DeviceId,
        module: &ModuleId,
    ) -> Result<Option<ModuleTwinRow>, StorageError> {
        let mut reader = self.reader().await?;
        let row = reader.connection().row(&FIND, key(device, module)).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(ModuleTwinRow {
            module: Stored::read(&row)?.summary,
            twin: twin_of(&row)?,
        }))
    }

    /// Merges a module's patch into its reported properties.
    pub async fn report_module(
        &self,
        device: DeviceId,
        module: ModuleId,
        patch: Value,
        expected: Option<u64>,
        at: Timestamp,
    ) -> Result<ReportOutcome, StorageError> {
        let report = Report {
            device,
            module,
            patch,
            expected,
            at,
        };
        self.write("storing a module's report", report).await
    }

    /// Writes tags and desired properties of a module, if the twin's ETag is as demanded.
    pub async fn write_module_twin(
        &self,
        device: DeviceId,
        module: ModuleId,
        write: ServiceWrite,
        if_match: Option<IfMatch>,
        actor: Actor,
        at: Timestamp,
    ) -> Result<TwinOutcome, StorageError> {
        let write = Write {
            device,
            module,
            write,
            if_match,
            actor,
            at,
        };
        self.write("storing a module's twin", write).await
    }
}

#[derive(Debug)]
struct Report {
    device: DeviceId,
    module: ModuleId,
    patch: Value,
    expected: Option<u64>,
    at: Timestamp,
}

impl Operation for Report {
    type Output = ReportOutcome;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<ReportOutcome, StorageError> {
        let Some((device, mut twin)) = load(unit, &self.device, &self.module).await? else {
            return Ok(ReportOutcome::NotFound);
        };
        let version = match twin.apply_reported(&self.patch, self.expected, self.at) {
            Ok(version) => version,
            Err(error) => return Ok(ReportOutcome::Refused(error)),
        };
        store(unit, device, &self.module, &twin).await?;
        let arguments = [
            device.into(),
            self.module.as_str().into(),
            self.at.millis().into(),
        ];
        unit.connection.run(&ACTIVE, arguments).await?;
        let event = unit.event(NewEvent {
            at: self.at,
            device: Some(self.device.clone()),
            actor: Actor::Device,
            kind: EventKind::Reported,
            detail: json!({ "patch": self.patch, "version": version, "module": self.module }),
        });
        let id = identity(&self.device, &self.module);
        let news = ModuleNews::Twin { desired: None };
        unit.announce(vec![event], Change::Module { id, news });
        Ok(ReportOutcome::Done { version })
    }
}

#[derive(Debug)]
pub(crate) struct Write {
    pub(crate) device: DeviceId,
    pub(crate) module: ModuleId,
    pub(crate) write: ServiceWrite,
    pub(crate) if_match: Option<IfMatch>,
    pub(crate) actor: Actor,
    pub(crate) at: Timestamp,
}

impl Operation for Write {
    type Output = TwinOutcome;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<TwinOutcome, StorageError> {
        let Some((device, mut twin)) = load(unit, &self.device, &self.module).await? else {
            return Ok(TwinOutcome::NotFound);
        };
        let current = twin.etag;
        let demanded = self.if_match.as_ref();
        if demanded.is_some_and(|demand| !demand.matches(current)) {
            return Ok(TwinOutcome::Conflict { current });
        }
        let applied = match twin.apply_service(&self.write, self.at) {
            Ok(applied) => applied,
            Err(error) => return Ok(TwinOutcome::Refused(error)),
        };
        if applied.tags.is_some() || applied.desired.is_some() {
            store(unit, device, &self.module, &twin).await?;
            self.announce(unit, &twin, &applied);
        }
        Ok(TwinOutcome::Done {
            twin: Box::new(twin),
            applied,
        })
    }
}

impl Write {
    fn announce(&self, unit: &mut Unit<'_>, twin: &Twin, applied: &ServiceApplied) {
        let mut events = Vec::new();
        let mut event = |kind, patch: Option<&Value>, version: u64| {
            let mut detail = json!({ "patch": patch, "version": version, "module": self.module });
            if self.write.mode == Mode::Replace {
                detail["replaced"] = true.into();
            }
            events.push(unit.event(NewEvent {
                at: self.at,
                device: Some(self.device.clone()),
                actor: self.actor.clone(),
                kind,
                detail,
            }));
        };
        if let Some(tags) = &applied.tags {
            event(EventKind::TagsChanged, Some(tags), twin.version);
        }
        if applied.desired.is_some() {
            let patch = self.write.desired.as_ref();
            event(EventKind::DesiredChanged, patch, twin.desired.version);
        }
        let id = identity(&self.device, &self.module);
        let desired = applied.desired.clone();
        let news = ModuleNews::Twin { desired };
        unit.announce(events, Change::Module { id, news });
    }
}

/// The key of the device and the twin of a module, if there is such a module.
pub(crate) async fn load(
    unit: &mut Unit<'_>,
    device: &DeviceId,
    module: &ModuleId,
) -> Result<Option<(i64, Twin)>, StorageError> {
    match unit.connection.row(&FIND, key(device, module)).await? {
        Some(row) => Ok(Some((row.get(0)?, twin_of(&row)?))),
        None => Ok(None),
    }
}

async fn store(
    unit: &mut Unit<'_>,
    device: i64,
    module: &ModuleId,
    twin: &Twin,
) -> Result<(), StorageError> {
    let arguments = [
        device.into(),
        module.as_str().into(),
        text(&twin.tags).into(),
        text(&twin.desired.value).into(),
        text(&twin.desired.meta).into(),
        twin.desired.version.into(),
        text(&twin.reported.value).into(),
        text(&twin.reported.meta).into(),
        twin.reported.version.into(),
        twin.version.into(),
        twin.etag.0.into(),
    ];
    unit.connection.run(&WRITE, arguments).await?;
    Ok(())
}
