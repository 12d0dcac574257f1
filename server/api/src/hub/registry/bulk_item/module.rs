//! An item that names a module of a device.

use muster_core::device::IfMatch;
use muster_core::ids::{DeviceId, ModuleId};
use muster_core::twin::{Mode, ServiceWrite};
use muster_service::modules::{ModuleEdit, NewModule};

use super::{BulkItem, ImportMode, Task, if_match};
use crate::error::{ApiError, Code};
use crate::hub::modules::module_error;
use crate::hub::target::Asked;

impl BulkItem {
    pub(super) async fn apply_to_module(
        &self,
        asked: &Asked,
        mode: ImportMode,
        device: &DeviceId,
        module: &str,
    ) -> Result<(), ApiError> {
        if self.status.is_some() || self.status_reason.is_some() {
            return Err(ApiError::argument(
                "a module has no status of its own; its device has one",
            ));
        }
        let id = module
            .parse::<ModuleId>()
            .map_err(|error| ApiError::argument(error.to_string()))?;
        let etag = if_match(
            mode.matched && mode.task != Task::UpdateTwin,
            self.etag.as_deref(),
            "eTag",
        )?;
        match mode.task {
            Task::Create => self.create_module(asked, device, id).await,
            Task::Update => self.update_module(asked, device, &id, etag).await,
            Task::CreateOrUpdate => match self.create_module(asked, device, id.clone()).await {
                Err(error) if error.code == Code::ModuleAlreadyExistsOnDevice => {
                    self.update_module(asked, device, &id, etag).await
                }
                done => done,
            },
            Task::Delete => {
                let permit = asked.permit_device(device)?;
                let deleted = asked.hub.delete_module(&permit, &id, etag).await;
                deleted.map_err(module_error)
            }
            Task::UpdateTwin => {
                let etag = if_match(mode.matched, self.twin_etag.as_deref(), "twinETag")?;
                self.write_module_twin(asked, device, &id, etag).await
            }
        }
    }

    /// Makes the identity, then writes what the item says of its twin: two acts, of which the second may be refused.
    async fn create_module(
        &self,
        asked: &Asked,
        device: &DeviceId,
        id: ModuleId,
    ) -> Result<(), ApiError> {
        let new = NewModule {
            authentication: self.credentials()?,
            managed_by: self.managed_by.clone(),
            ..NewModule::named(id.clone())
        };
        let permit = asked.permit_device(device)?;
        let made = asked.hub.create_module(&permit, new).await;
        made.map_err(module_error)?;
        self.write_what_is_named(asked, device, &id).await
    }

    async fn update_module(
        &self,
        asked: &Asked,
        device: &DeviceId,
        id: &ModuleId,
        etag: Option<IfMatch>,
    ) -> Result<(), ApiError> {
        let edit = ModuleEdit {
            authentication: self.credentials()?,
            managed_by: self.managed_by.clone().map(Some),
        };
        let permit = asked.permit_device(device)?;
        let updated = asked.hub.update_module(&permit, id, etag, edit).await;
        updated.map_err(module_error)?;
        self.write_what_is_named(asked, device, id).await
    }

    async fn write_what_is_named(
        &self,
        asked: &Asked,
        device: &DeviceId,
        id: &ModuleId,
    ) -> Result<(), ApiError> {
        if self.tags.is_none() && self.desired().is_none() {
            return Ok(());
        }
        self.write_module_twin(asked, device, id, None).await
    }

    async fn write_module_twin(
        &self,
        asked: &Asked,
        device: &DeviceId,
        id: &ModuleId,
        etag: Option<IfMatch>,
    ) -> Result<(), ApiError> {
        let write = ServiceWrite {
            mode: Mode::Merge,
            tags: self.tags.clone(),
            desired: self.desired().cloned(),
        };
        let permit = asked.permit_device(device)?;
        let written = asked.hub.write_module_twin(&permit, id, write, etag).await;
        written.map_err(module_error)?;
        Ok(())
    }
}
