//! The identity of a device on the wire (spec §5.3).

use muster_core::device::{Authentication, Device, Status};
use muster_core::ids::DeviceId;
use muster_service::bulk::{self, AuthenticationBody, Edge, status};
use muster_service::devices::ConnectionView;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::hub::wire::{connection_state, time};

/// What clients send of a device. Members that are not listed are ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IdentityBody {
    device_id: Option<String>,
    status: Option<String>,
    pub(super) status_reason: Option<String>,
    authentication: Option<AuthenticationBody>,
    #[serde(flatten)]
    edge: Edge,
}

impl IdentityBody {
    /// Whether it can be meant for this address.
    pub(super) fn check(&self, id: &DeviceId) -> Result<(), ApiError> {
        if self
            .device_id
            .as_deref()
            .is_some_and(|named| named != id.as_str())
        {
            return Err(ApiError::argument(
                "deviceId in the body is another one than in the address",
            ));
        }
        Ok(self.edge.check()?)
    }

    /// Enabled, unless it says otherwise.
    pub(super) fn status(&self) -> Result<Status, ApiError> {
        Ok(status(self.status.as_deref())?.unwrap_or(Status::Enabled))
    }

    /// The credentials; `None` when the hub is to make keys.
    pub(super) fn authentication(&self) -> Result<Option<Authentication>, ApiError> {
        self.authentication
            .as_ref()
            .map_or(Ok(None), |body| Ok(body.read()?))
    }
}

/// The resource, with its keys. When a connection that is over was opened or ended is in its events, not here.
pub(super) fn shown(device: &Device, connection: Option<ConnectionView>) -> Value {
    let connected = connection.is_some();
    json!({
        "deviceId": device.id,
        "generationId": device.generation,
        "etag": device.etag.to_string(),
        "connectionState": connection_state(connected),
        "connectionStateUpdatedTime": time(connection.map(|connection| connection.since)),
        "status": device.status,
        "statusReason": device.status_reason,
        "statusUpdatedTime": time(device.status_at),
        "lastActivityTime": time(device.last_activity_at),
        "cloudToDeviceMessageCount": 0,
        "authentication": bulk::shown(&device.authentication),
        "capabilities": { "iotEdge": false },
        "deviceScope": null,
        "parentScopes": [],
    })
}
