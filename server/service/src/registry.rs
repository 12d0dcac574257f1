//! The registry: identities are made, read, changed, deleted.

use muster_core::device::{
    Authentication, Device, GenerationId, IfMatch, MAX_STATUS_REASON, Status,
};
use muster_core::event::{EventKind, NewEvent};
use muster_core::ids::DeviceId;
use muster_core::key::{KeyPair, Slot};
use muster_core::lifecycle::{Stage, Step};
use muster_core::policy::Action;
use muster_core::twin::Object;
use muster_storage::{DeviceChange, DeviceSummary, InsertOutcome, WriteOutcome};
use serde_json::{Value, json};

use crate::access::kinds::{ProvisionDevices, SeeCredentials, SeeDevices};
use crate::access::{DevicePermit, Permit};
use crate::devices::{CloseReason, ConnectionView};
use crate::error::ServiceError;
use crate::hub::Hub;

mod keys;

pub use keys::KeyFacts;

/// A device to be made. What is left out takes the usual value.
#[derive(Clone, Debug)]
pub struct NewDevice {
    /// Its name.
    pub id: DeviceId,
    /// Its credentials; two new keys when absent.
    pub authentication: Option<Authentication>,
    /// Whether it may connect at once.
    pub status: Status,
    /// Why it has this status; at most [`MAX_STATUS_REASON`] characters.
    pub status_reason: Option<String>,
    /// First tags.
    pub tags: Object,
    /// First desired properties.
    pub desired: Object,
}

impl NewDevice {
    /// An enabled device with new keys and an empty twin.
    pub fn named(id: DeviceId) -> Self {
        Self {
            id,
            authentication: None,
            status: Status::Enabled,
            status_reason: None,
            tags: Object::new(),
            desired: Object::new(),
        }
    }
}

/// What people change on an identity.
#[derive(Clone, Debug, Default)]
pub struct IdentityChange {
    /// Enable or disable, with the reason if there is one.
    pub status: Option<(Status, Option<String>)>,
    /// New credentials.
    pub authentication: Option<Authentication>,
    /// A move in its life.
    pub step: Option<Step>,
}

/// A device with its open connection, if it has one. The identity's keys stay behind `SeeCredentials`.
#[derive(Clone, Debug)]
pub struct DeviceView {
    /// The identity, without secrets.
    pub device: DeviceSummary,
    /// Its connection now.
    pub connection: Option<ConnectionView>,
}

impl Hub {
    /// Makes an identity with its twin. It must lie within the maker's scope, or it would vanish before their eyes.
    pub async fn create_device(
        &self,
        permit: Permit<ProvisionDevices>,
        new: NewDevice,
    ) -> Result<Device, ServiceError> {
        check_reason(new.status_reason.as_deref())?;
        let access = permit.access();
        let now = self.now();
        let authentication = new.authentication.unwrap_or_else(|| {
            Authentication::Sas(KeyPair::from_entropy(
                self.entropy().bytes(),
                self.entropy().bytes(),
            ))
        });
        let device = Device {
            id: new.id,
            generation: GenerationId(format!(
                "{}",
                u64::from_be_bytes(self.entropy().bytes()) >> 1
            )),
            etag: muster_core::device::ETag::FIRST,
            status: new.status,
            status_reason: new.status_reason,
            status_at: None,
            authentication,
            stage: Stage::Provisioned,
            stage_at: now,
            model_id: String::new(),
            created_at: now,
            last_activity_at: None,
        };
        let scope = access.scope(Action::ProvisionDevices);
        if !crate::fleet::would_contain(&scope, &device, &new.tags, &new.desired) {
            return Err(ServiceError::Invalid(
                "the new device would lie outside your scope; give it the tags your scope asks for"
                    .into(),
            ));
        }
        let event = NewEvent {
            at: now,
            device: Some(device.id.clone()),
            actor: access.actor(),
            kind: EventKind::DeviceCreated,
            detail: json!({ "authentication": device.authentication.kind().as_str() }),
        };
        let inserted = self
            .store()
            .insert_device(device.clone(), some(new.tags), some(new.desired), event)
            .await?;
        match inserted {
            InsertOutcome::Inserted(()) => Ok(device),
            InsertOutcome::AlreadyExists => Err(ServiceError::AlreadyExists),
            InsertOutcome::Refused(error) => Err(error.into()),
        }
    }

    /// The identity and its connection.
    pub async fn device(
        &self,
        permit: &DevicePermit<SeeDevices>,
    ) -> Result<DeviceView, ServiceError> {
        let device = self.store().find_device(permit.device()).await?;
        Ok(DeviceView {
            device: DeviceSummary::from(&device.ok_or(ServiceError::NotFound)?),
            connection: self.connections().view(permit.device()),
        })
    }

    /// The connection string with one of the device's keys (spec §1.1). Showing it is an audited act.
    pub async fn device_connection_string(
        &self,
        permit: DevicePermit<SeeCredentials>,
        slot: Slot,
    ) -> Result<String, ServiceError> {
        let device = self.store().find_device(permit.device()).await?;
        let device = device.ok_or(ServiceError::NotFound)?;
        let Authentication::Sas(keys) = &device.authentication else {
            return Err(ServiceError::Invalid(
                "this device proves itself with a certificate; it has no connection string with a key".into(),
            ));
        };
        self.store()
            .record(NewEvent {
                at: self.now(),
                device: Some(device.id.clone()),
                actor: permit.access().actor(),
                kind: EventKind::SecretShown,
                detail: json!({ "what": "connection string", "slot": slot }),
            })
            .await?;
        Ok(format!(
            "HostName={};DeviceId={};SharedAccessKey={}",
            self.hostname(),
            device.id,
            keys.get(slot).reveal()
        ))
    }

    /// Changes an identity. Disabling, retiring or other keys end an open connection.
    pub async fn update_device(
        &self,
        permit: DevicePermit<ProvisionDevices>,
        if_match: Option<IfMatch>,
        change: IdentityChange,
    ) -> Result<Device, ServiceError> {
        if let Some((_, reason)) = &change.status {
            check_reason(reason.as_deref())?;
        }
        let kind = if change.step.is_some() {
            EventKind::StageChanged
        } else {
            EventKind::DeviceUpdated
        };
        let event = NewEvent {
            at: self.now(),
            device: Some(permit.device().clone()),
            actor: permit.access().actor(),
            kind,
            detail: json!({
                "status": change.status.as_ref().map(|(status, _)| status.as_str()),
                "reason": change.status.as_ref().and_then(|(_, reason)| reason.clone()),
                "credentials": change.authentication.as_ref().map(|a| a.kind().as_str()),
            }),
        };
        let before = match &change.authentication {
            Some(_) => self.store().find_device(permit.device()).await?,
            None => None,
        };
        let new_keys = change.authentication.is_some()
            && before.map(|device| device.authentication) != change.authentication;
        let (status, reason) = change.status.unzip();
        let change = DeviceChange {
            status,
            status_reason: reason,
            authentication: change.authentication,
            step: change.step,
        };
        let id = permit.device();
        let outcome = self
            .store()
            .update_device(id.clone(), if_match, change, event)
            .await?;
        let device = done(outcome)?;
        if new_keys {
            self.connections()
                .close(&id.clone().into(), CloseReason::KeysChanged);
        }
        Ok(device)
    }

    /// Deletes an identity with its twin; its events stay.
    pub async fn delete_device(
        &self,
        permit: DevicePermit<ProvisionDevices>,
        if_match: Option<IfMatch>,
    ) -> Result<(), ServiceError> {
        let event = NewEvent {
            at: self.now(),
            device: Some(permit.device().clone()),
            actor: permit.access().actor(),
            kind: EventKind::DeviceDeleted,
            detail: Value::Null,
        };
        done(
            self.store()
                .delete_device(permit.device().clone(), if_match, event)
                .await?,
        )
    }
}

fn check_reason(reason: Option<&str>) -> Result<(), ServiceError> {
    if reason.is_some_and(|reason| reason.chars().count() > MAX_STATUS_REASON) {
        return Err(ServiceError::Invalid(
            "a status reason has at most 128 characters".into(),
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

fn some(object: Object) -> Option<Object> {
    (!object.is_empty()).then_some(object)
}
