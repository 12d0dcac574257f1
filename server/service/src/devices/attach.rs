//! A connection begins and ends: one per identity, sessions that outlive it (spec §2.3, §2.4).

use muster_core::ids::DeviceId;
use muster_storage::{ModuleNote, PresenceNote, PresenceOutcome};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{ConnectionId, ConnectionView, DeviceProof, ToDevice};
use crate::error::ServiceError;
use crate::hub::Hub;

/// What a new connection says about itself.
#[derive(Debug)]
pub struct ConnectionInfo {
    /// How it speaks: `MQTT`.
    pub protocol: &'static str,
    /// From where.
    pub address: String,
    /// The plug-and-play model it announced.
    pub model_id: Option<String>,
    /// MQTT clean session: forget earlier subscriptions.
    pub clean_session: bool,
    /// Where the hub sends notices; its capacity should be [`super::connections::LINK_CAPACITY`].
    pub link: mpsc::Sender<ToDevice>,
}

/// A connection that is registered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attached {
    /// Its number, for [`Hub::device_disconnected`].
    pub connection: ConnectionId,
    /// Whether the hub remembered a session.
    pub session_present: bool,
    /// The remembered subscriptions: filter and granted quality of service.
    pub subscriptions: Vec<(String, u8)>,
}

impl Hub {
    /// Registers an authenticated connection: displaces the older one, restores or forgets the session, records
    /// the contact (a first contact makes the device active).
    pub async fn device_connected(
        &self,
        proof: &DeviceProof,
        info: ConnectionInfo,
    ) -> Result<Attached, ServiceError> {
        let (device, module) = (proof.device(), proof.module());
        let store = self.store();
        let session = match module {
            None => store.open_session(device, info.clean_session).await?,
            Some(module) => {
                store
                    .open_module_session(device, module, info.clean_session)
                    .await?
            }
        };
        let view = ConnectionView {
            protocol: info.protocol,
            address: info.address,
            since: self.now(),
        };
        let detail = json!({ "protocol": view.protocol, "address": view.address });
        let who = proof.identity();
        let connection = self.connections().attach(who, info.link, view, proof.key);
        let recorded = async {
            // From here on changes of the identity find the connection; one that came between login and now did not.
            if !self.is_as_judged(proof).await? {
                return Err(ServiceError::Busy("changes of this device's identity"));
            }
            self.note_presence(proof, true, info.model_id, detail).await
        };
        if let Err(error) = recorded.await {
            self.connections().detach(who, connection);
            return Err(error);
        }
        Ok(Attached {
            connection,
            session_present: session.present,
            subscriptions: session.subscriptions,
        })
    }

    async fn is_as_judged(&self, proof: &DeviceProof) -> Result<bool, ServiceError> {
        let device = self.store().find_device(proof.device()).await?;
        let device = device.map(|device| device.etag);
        let module = match proof.module() {
            None => None,
            Some(module) => {
                let found = self.store().find_module(proof.device(), module).await?;
                found.map(|module| module.summary.etag)
            }
        };
        let (judged_device, judged_module) = proof.judged;
        Ok(device == Some(judged_device) && module == judged_module)
    }

    /// Stores that the identity is connected, or no longer.
    async fn note_presence(
        &self,
        proof: &DeviceProof,
        connected: bool,
        model_id: Option<String>,
        detail: Value,
    ) -> Result<(), ServiceError> {
        let (device, at) = (proof.device().clone(), self.now());
        let known = match proof.module().cloned() {
            None => {
                let note = PresenceNote {
                    device,
                    connected,
                    model_id,
                    key: proof.key.filter(|_| connected),
                    detail,
                    at,
                };
                self.store().set_presence(note).await? != PresenceOutcome::NotFound
            }
            Some(module) => {
                let note = ModuleNote {
                    device,
                    module,
                    connected,
                    model_id,
                    detail,
                    at,
                };
                self.store().set_module_presence(note).await?
            }
        };
        if known {
            Ok(())
        } else {
            Err(ServiceError::NotFound)
        }
    }

    /// Records the end of a connection, unless a newer one has taken over.
    pub async fn device_disconnected(
        &self,
        proof: &DeviceProof,
        connection: ConnectionId,
        reason: &str,
    ) -> Result<(), ServiceError> {
        let who = proof.identity();
        let was_current = self.connections().detach(who, connection);
        if was_current || self.connections().view_of(who).is_none() {
            let detail = json!({ "reason": reason });
            match self.note_presence(proof, false, None, detail).await {
                // It was deleted, and its connection ended with it.
                Ok(()) | Err(ServiceError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Remembers a subscription for this and later connections.
    pub async fn device_subscribe(
        &self,
        proof: &DeviceProof,
        filter: &str,
        qos: u8,
    ) -> Result<(), ServiceError> {
        let (device, filter) = (proof.device().clone(), filter.to_owned());
        match proof.module().cloned() {
            None => self.store().subscribe(device, filter, qos).await?,
            Some(module) => {
                let store = self.store();
                store.subscribe_module(device, module, filter, qos).await?
            }
        };
        Ok(())
    }

    /// Forgets a subscription.
    pub async fn device_unsubscribe(
        &self,
        proof: &DeviceProof,
        filter: &str,
    ) -> Result<(), ServiceError> {
        let (device, filter) = (proof.device().clone(), filter.to_owned());
        match proof.module().cloned() {
            None => self.store().unsubscribe(device, filter).await?,
            Some(module) => {
                let store = self.store();
                store.unsubscribe_module(device, module, filter).await?
            }
        };
        Ok(())
    }
}

/// Records the end of connections that were open when the hub died, unless their devices are back already.
pub(crate) async fn end_left_open(hub: Hub, devices: Vec<DeviceId>) {
    for device in devices {
        if hub.stopping().is_cancelled() {
            return;
        }
        if hub.connections().is_open(&device) {
            continue;
        }
        let note = PresenceNote {
            device,
            connected: false,
            model_id: None,
            key: None,
            detail: json!({ "reason": "the hub was stopped without warning" }),
            at: hub.now(),
        };
        if let Err(error) = hub.store().set_presence(note).await {
            tracing::warn!(%error, "could not record the end of connections from before the start");
            return;
        }
    }
}
