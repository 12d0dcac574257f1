//! An item that names a module of a device.

use muster_core::device::IfMatch;
use muster_core::ids::{DeviceId, ModuleId};
use muster_core::twin::{Mode, ServiceWrite};

use super::{BulkItem, ImportMode, Task, if_match, invalid};
use crate::access::Access;
use crate::bulk::BulkError;
use crate::error::ServiceError;
use crate::hub::Hub;
use crate::modules::{ModuleEdit, NewModule};

impl BulkItem {
    pub(super) async fn apply_to_module(
        &self,
        hub: &Hub,
        access: &Access,
        mode: ImportMode,
        device: &DeviceId,
        module: &str,
    ) -> Result<(), BulkError> {
        if self.status.is_some() || self.status_reason.is_some() {
            return Err(invalid("a module has no status of its own; its device has one").into());
        }
        let id = module
            .parse::<ModuleId>()
            .map_err(|error| invalid(error.to_string()))?;
        let etag = if_match(
            mode.matched && mode.task != Task::UpdateTwin,
            self.etag.as_deref(),
            "eTag",
        )?;
        match mode.task {
            Task::Create => self.create_module(hub, access, device, id).await,
            Task::Update => self.update_module(hub, access, device, &id, etag).await,
            Task::CreateOrUpdate => match self.create_module(hub, access, device, id.clone()).await
            {
                Err(BulkError::Module(ServiceError::AlreadyExists)) => {
                    self.update_module(hub, access, device, &id, etag).await
                }
                done => done,
            },
            Task::Delete => {
                let permit = hub.permit_device(access, device)?;
                let deleted = hub.delete_module(&permit, &id, etag).await;
                deleted.map_err(BulkError::Module)
            }
            Task::UpdateTwin => {
                let etag = if_match(mode.matched, self.twin_etag.as_deref(), "twinETag")?;
                self.write_module_twin(hub, access, device, &id, etag).await
            }
        }
    }

    /// Makes the identity, then writes what the item says of its twin: two acts, of which the second may be refused.
    async fn create_module(
        &self,
        hub: &Hub,
        access: &Access,
        device: &DeviceId,
        id: ModuleId,
    ) -> Result<(), BulkError> {
        let new = NewModule {
            authentication: self.credentials()?,
            managed_by: self.managed_by.clone(),
            ..NewModule::named(id.clone())
        };
        let permit = hub.permit_device(access, device)?;
        let made = hub.create_module(&permit, new).await;
        made.map_err(BulkError::Module)?;
        self.write_what_is_named(hub, access, device, &id).await
    }

    async fn update_module(
        &self,
        hub: &Hub,
        access: &Access,
        device: &DeviceId,
        id: &ModuleId,
        etag: Option<IfMatch>,
    ) -> Result<(), BulkError> {
        let edit = ModuleEdit {
            authentication: self.credentials()?,
            managed_by: self.managed_by.clone().map(Some),
        };
        let permit = hub.permit_device(access, device)?;
        let updated = hub.update_module(&permit, id, etag, edit).await;
        updated.map_err(BulkError::Module)?;
        self.write_what_is_named(hub, access, device, id).await
    }

    async fn write_what_is_named(
        &self,
        hub: &Hub,
        access: &Access,
        device: &DeviceId,
        id: &ModuleId,
    ) -> Result<(), BulkError> {
        if self.tags.is_none() && self.desired().is_none() {
            return Ok(());
        }
        self.write_module_twin(hub, access, device, id, None).await
    }

    async fn write_module_twin(
        &self,
        hub: &Hub,
        access: &Access,
        device: &DeviceId,
        id: &ModuleId,
        etag: Option<IfMatch>,
    ) -> Result<(), BulkError> {
        let write = ServiceWrite {
            mode: Mode::Merge,
            tags: self.tags.clone(),
            desired: self.desired().cloned(),
        };
        let permit = hub.permit_device(access, device)?;
        let written = hub.write_module_twin(&permit, id, write, etag).await;
        written.map_err(BulkError::Module)?;
        Ok(())
    }
}
