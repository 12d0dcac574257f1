//! Identities with their credentials, as the registry's REST shows them.

use muster_core::cursor::MAX_PAGE;
use muster_core::device::Device;
use muster_core::event::{EventKind, NewEvent};
use muster_core::ids::DeviceId;
use muster_core::policy::Action;
use muster_query::Condition;
use serde_json::{Value, json};

use crate::access::kinds::SeeCredentials;
use crate::access::{Access, DevicePermit, Permit};
use crate::error::ServiceError;
use crate::hub::Hub;

/// Most identities in one answer (spec §5.3).
pub const MAX_IDENTITIES: usize = MAX_PAGE;

impl Hub {
    /// An identity with its credentials.
    pub async fn identity(
        &self,
        permit: &DevicePermit<SeeCredentials>,
    ) -> Result<Device, ServiceError> {
        let found = self.store().find_device(permit.device()).await?;
        let device = found.ok_or(ServiceError::NotFound)?;
        let what = json!({ "what": "identity with keys" });
        self.note_shown(permit.access(), Some(&device.id), what)
            .await?;
        Ok(device)
    }

    /// The first identities in the order of ids, [`MAX_IDENTITIES`] at most, with their credentials.
    pub async fn identities(
        &self,
        permit: &Permit<SeeCredentials>,
        limit: usize,
    ) -> Result<Vec<Device>, ServiceError> {
        let scope = permit.access().scope(Action::SeeCredentials);
        let limit = limit.min(MAX_IDENTITIES);
        let ids = self
            .index()
            .next_ids(None, &Condition::all(), &scope, self.now(), limit);
        let devices = self.store().find_devices(ids).await?;
        let what = json!({ "what": "identities with keys" });
        self.note_shown(permit.access(), None, what).await?;
        Ok(devices)
    }

    /// Showing a secret to a person is an audited act. Reading identities is what a registry key is there for, and its
    /// holder could make such an entry with each request: for policies none is written.
    pub(crate) async fn note_shown(
        &self,
        access: &Access,
        device: Option<&DeviceId>,
        detail: Value,
    ) -> Result<(), ServiceError> {
        if access.policy_name().is_some() {
            return Ok(());
        }
        let event = NewEvent {
            at: self.now(),
            device: device.cloned(),
            actor: access.actor(),
            kind: EventKind::SecretShown,
            detail,
        };
        self.store().record(event).await?;
        Ok(())
    }
}
