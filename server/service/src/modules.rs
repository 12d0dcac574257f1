//! Modules of devices: identities made, read, changed and deleted, and their twins (spec §5.3, §5.5).

use muster_core::device::{Authentication, ETag, GenerationId, IfMatch};
use muster_core::event::{EventKind, NewEvent};
use muster_core::ids::{Identity, ModuleId};
use muster_core::key::KeyPair;
pub use muster_core::module::{MAX_MANAGED_BY, MAX_MODULES, Module, ModuleSummary};
use muster_core::twin::{Object, ServiceWrite, Twin};
pub use muster_storage::ModuleTwinRow;
use muster_storage::{ModuleChange, ModuleInsert, TwinOutcome, WriteOutcome};
use serde_json::{Value, json};

use crate::access::DevicePermit;
use crate::access::kinds::{EditTwin, ProvisionDevices, SeeCredentials, SeeDevices};
use crate::devices::CloseReason;
use crate::error::ServiceError;
use crate::hub::Hub;
use crate::query::document;

/// A module to be made.
#[derive(Clone, Debug)]
pub struct NewModule {
    /// Its name on the device.
    pub id: ModuleId,
    /// Its credentials; two new keys when absent.
    pub authentication: Option<Authentication>,
    /// Who looks after it; at most [`MAX_MANAGED_BY`] characters.
    pub managed_by: Option<String>,
}

impl NewModule {
    /// A module with new keys that nobody in particular looks after.
    pub fn named(id: ModuleId) -> Self {
        Self {
            id,
            authentication: None,
            managed_by: None,
        }
    }
}

/// What to change about a module's identity; `None` leaves a part as it is.
#[derive(Clone, Debug, Default)]
pub struct ModuleEdit {
    /// New credentials.
    pub authentication: Option<Authentication>,
    /// Who looks after it; the inner `None` clears it.
    pub managed_by: Option<Option<String>>,
}

impl Hub {
    /// Makes a module of the device, with an empty twin. A device has at most [`MAX_MODULES`].
    pub async fn create_module(
        &self,
        permit: &DevicePermit<ProvisionDevices>,
        new: NewModule,
    ) -> Result<Module, ServiceError> {
        check_manager(new.managed_by.as_deref())?;
        let now = self.now();
        let entropy = self.entropy();
        let authentication = new.authentication.unwrap_or_else(|| {
            Authentication::Sas(KeyPair::from_entropy(entropy.bytes(), entropy.bytes()))
        });
        let module = Module {
            summary: ModuleSummary {
                device: permit.device().clone(),
                id: new.id,
                generation: GenerationId((u64::from_be_bytes(entropy.bytes()) >> 1).to_string()),
                etag: ETag::FIRST,
                auth: authentication.kind(),
                managed_by: new.managed_by,
                model_id: String::new(),
                created_at: now,
                last_activity_at: None,
            },
            authentication,
        };
        let detail = json!({ "authentication": module.summary.auth.as_str() });
        let event = self.module_event(permit, EventKind::ModuleCreated, &module.summary.id, detail);
        match self.store().insert_module(module.clone(), event).await? {
            ModuleInsert::Inserted => Ok(module),
            ModuleInsert::AlreadyExists => Err(ServiceError::AlreadyExists),
            ModuleInsert::NoDevice => Err(ServiceError::NotFound),
            ModuleInsert::TooMany => Err(ServiceError::TooManyModules),
        }
    }

    /// A module with its credentials. Showing them to a person is an audited act.
    pub async fn module(
        &self,
        permit: &DevicePermit<SeeCredentials>,
        id: &ModuleId,
    ) -> Result<Module, ServiceError> {
        let found = self.store().find_module(permit.device(), id).await?;
        let module = found.ok_or(ServiceError::NotFound)?;
        let detail = json!({ "what": "identity of a module with keys", "module": id });
        self.note_shown(permit.access(), Some(permit.device()), detail)
            .await?;
        Ok(module)
    }

    /// All modules of the device with their credentials, in the order of names; [`MAX_MODULES`] at most. Showing them to
    /// a person is an audited act.
    pub async fn modules(
        &self,
        permit: &DevicePermit<SeeCredentials>,
    ) -> Result<Vec<Module>, ServiceError> {
        let modules = self.store().modules(permit.device()).await?;
        if !modules.is_empty() {
            let detail = json!({ "what": "identities of its modules with keys" });
            self.note_shown(permit.access(), Some(permit.device()), detail)
                .await?;
        }
        Ok(modules)
    }

    /// Changes a module's identity. Other credentials end its open connection.
    pub async fn update_module(
        &self,
        permit: &DevicePermit<ProvisionDevices>,
        id: &ModuleId,
        if_match: Option<IfMatch>,
        edit: ModuleEdit,
    ) -> Result<Module, ServiceError> {
        if let Some(managed_by) = &edit.managed_by {
            check_manager(managed_by.as_deref())?;
        }
        let credentials = edit.authentication.as_ref().map(|a| a.kind().as_str());
        let detail = json!({ "credentials": credentials });
        let event = self.module_event(permit, EventKind::ModuleUpdated, id, detail);
        let before = match &edit.authentication {
            Some(_) => self.store().find_module(permit.device(), id).await?,
            None => None,
        };
        let new_keys = edit.authentication.is_some()
            && before.map(|module| module.authentication) != edit.authentication;
        let change = ModuleChange {
            authentication: edit.authentication,
            managed_by: edit.managed_by,
        };
        let device = permit.device().clone();
        let outcome = self
            .store()
            .update_module(device, id.clone(), if_match, change, event)
            .await?;
        let module = done(outcome)?;
        if new_keys {
            self.connections()
                .close(&module.summary.identity(), CloseReason::KeysChanged);
        }
        Ok(module)
    }

    /// Deletes a module with its twin and ends its connection; its events stay.
    pub async fn delete_module(
        &self,
        permit: &DevicePermit<ProvisionDevices>,
        id: &ModuleId,
        if_match: Option<IfMatch>,
    ) -> Result<(), ServiceError> {
        let event = self.module_event(permit, EventKind::ModuleDeleted, id, json!({}));
        let device = permit.device().clone();
        done(
            self.store()
                .delete_module(device, id.clone(), if_match, event)
                .await?,
        )
    }

    /// The whole twin of a module.
    pub async fn module_twin(
        &self,
        permit: &DevicePermit<SeeDevices>,
        id: &ModuleId,
    ) -> Result<ModuleTwinRow, ServiceError> {
        let row = self.store().find_module_twin(permit.device(), id).await?;
        row.ok_or(ServiceError::NotFound)
    }

    /// The twin of a module as services read it (spec §7.1), with its ETag.
    pub async fn module_twin_document(
        &self,
        permit: &DevicePermit<SeeDevices>,
        id: &ModuleId,
    ) -> Result<(Object, ETag), ServiceError> {
        let row = self.module_twin(permit, id).await?;
        let connected = self.connections().view_of(&row.module.identity()).is_some();
        let covering = self.configurations_by_module(Some(permit.device())).await?;
        let covering = covering.get(&row.module.identity());
        let mut twin = document::module_twin(&row, connected, covering);
        if !permit.access().knows_credentials() {
            document::hide_credentials(&mut twin);
        }
        Ok((twin, row.twin.etag))
    }

    /// Writes tags and desired properties of a module, merged or replaced: all of it or nothing. A connected module is
    /// told before this returns.
    pub async fn write_module_twin(
        &self,
        permit: &DevicePermit<EditTwin>,
        id: &ModuleId,
        write: ServiceWrite,
        if_match: Option<IfMatch>,
    ) -> Result<Twin, ServiceError> {
        let actor = permit.access().actor();
        let (device, module) = (permit.device().clone(), id.clone());
        let outcome = self
            .store()
            .write_module_twin(device, module, write, if_match, actor, self.now())
            .await?;
        match outcome {
            TwinOutcome::Done { twin, .. } => Ok(*twin),
            TwinOutcome::NotFound => Err(ServiceError::NotFound),
            TwinOutcome::Conflict { current } => Err(ServiceError::Conflict { current }),
            TwinOutcome::Refused(error) => Err(error.into()),
        }
    }

    fn module_event<K>(
        &self,
        permit: &DevicePermit<K>,
        kind: EventKind,
        id: &ModuleId,
        mut detail: Value,
    ) -> NewEvent {
        detail["module"] = id.as_str().into();
        NewEvent {
            at: self.now(),
            device: Some(permit.device().clone()),
            actor: permit.access().actor(),
            kind,
            detail,
        }
    }
}

/// The identity of a module of the device a permit is about.
pub(crate) fn identity<K>(permit: &DevicePermit<K>, module: Option<&ModuleId>) -> Identity {
    Identity {
        device: permit.device().clone(),
        module: module.cloned(),
    }
}

fn check_manager(managed_by: Option<&str>) -> Result<(), ServiceError> {
    if managed_by.is_some_and(|text| text.chars().count() > MAX_MANAGED_BY) {
        return Err(ServiceError::Invalid(
            "who manages a module is said in at most 128 characters".into(),
        ));
    }
    Ok(())
}

fn done<T>(outcome: WriteOutcome<T>) -> Result<T, ServiceError> {
    match outcome {
        WriteOutcome::Done(value) => Ok(value),
        WriteOutcome::NotFound => Err(ServiceError::NotFound),
        WriteOutcome::Conflict { current } => Err(ServiceError::Conflict { current }),
        WriteOutcome::Refused(refusal) => Err(refusal.into()),
    }
}
