//! A connection begins and ends: one per identity, sessions that outlive it (spec §2.3, §2.4).

use muster_core::ids::DeviceId;
use muster_storage::{PresenceNote, PresenceOutcome};
use serde_json::json;
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
        let device = proof.device();
        let session = self
            .store()
            .open_session(device, info.clean_session)
            .await?;
        let view = ConnectionView {
            protocol: info.protocol,
            address: info.address,
            since: self.now(),
        };
        let detail = json!({ "protocol": view.protocol, "address": view.address });
        let connection = self.connections().attach(device, info.link, view);
        // From here on changes of the identity find the connection; one that came between login and now did not.
        let unchanged = match self.store().find_device(device).await {
            Ok(found) => found.is_some_and(|d| d.etag == proof.judged),
            Err(error) => {
                self.connections().detach(device, connection);
                return Err(error.into());
            }
        };
        if !unchanged {
            self.connections().detach(device, connection);
            return Err(ServiceError::Busy("changes of this device's identity"));
        }
        let note = PresenceNote {
            device: device.clone(),
            connected: true,
            model_id: info.model_id,
            detail,
            at: self.now(),
        };
        match self.store().set_presence(note).await {
            Ok(PresenceOutcome::Done { .. }) => Ok(Attached {
                connection,
                session_present: session.present,
                subscriptions: session.subscriptions,
            }),
            other => {
                self.connections().detach(device, connection);
                Err(other
                    .err()
                    .map_or(ServiceError::NotFound, ServiceError::from))
            }
        }
    }

    /// Records the end of a connection, unless a newer one has taken over.
    pub async fn device_disconnected(
        &self,
        proof: &DeviceProof,
        connection: ConnectionId,
        reason: &str,
    ) -> Result<(), ServiceError> {
        let device = proof.device();
        let was_current = self.connections().detach(device, connection);
        if was_current || !self.connections().is_open(device) {
            self.store()
                .set_presence(PresenceNote {
                    device: device.clone(),
                    connected: false,
                    model_id: None,
                    detail: json!({ "reason": reason }),
                    at: self.now(),
                })
                .await?;
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
        self.store()
            .subscribe(proof.device().clone(), filter.to_owned(), qos)
            .await?;
        Ok(())
    }

    /// Forgets a subscription.
    pub async fn device_unsubscribe(
        &self,
        proof: &DeviceProof,
        filter: &str,
    ) -> Result<(), ServiceError> {
        self.store()
            .unsubscribe(proof.device().clone(), filter.to_owned())
            .await?;
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
            detail: json!({ "reason": "the hub was stopped without warning" }),
            at: hub.now(),
        };
        if let Err(error) = hub.store().set_presence(note).await {
            tracing::warn!(%error, "could not record the end of connections from before the start");
            return;
        }
    }
}
