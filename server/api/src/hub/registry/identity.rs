//! The identity of a device on the wire (spec §5.3).

use muster_core::device::{Authentication, Device, Status};
use muster_core::ids::DeviceId;
use muster_service::devices::ConnectionView;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::hub::credentials::{self, AuthenticationBody, given};
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
    edge: EdgeBody,
}

/// What belongs to edge gateways, which this hub does not know.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
pub(super) struct EdgeBody {
    capabilities: Option<Capabilities>,
    device_scope: Option<String>,
    parent_scopes: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Capabilities {
    iot_edge: Option<bool>,
}

impl EdgeBody {
    /// What would be lost silently is refused.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        let edge = self
            .capabilities
            .as_ref()
            .is_some_and(|capabilities| capabilities.iot_edge == Some(true));
        let scoped = given(self.device_scope.as_ref()).is_some()
            || self
                .parent_scopes
                .as_ref()
                .is_some_and(|scopes| !scopes.is_empty());
        if edge || scoped {
            return Err(ApiError::argument(
                "this hub knows no edge devices: leave out capabilities.iotEdge, deviceScope and parentScopes",
            ));
        }
        Ok(())
    }
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
        self.edge.check()
    }

    /// Enabled, unless it says otherwise.
    pub(super) fn status(&self) -> Result<Status, ApiError> {
        status(self.status.as_deref()).map(|status| status.unwrap_or(Status::Enabled))
    }

    /// The credentials; `None` when the hub is to make keys.
    pub(super) fn authentication(&self) -> Result<Option<Authentication>, ApiError> {
        self.authentication
            .as_ref()
            .map_or(Ok(None), AuthenticationBody::read)
    }
}

/// A status, when one is named.
pub(super) fn status(text: Option<&str>) -> Result<Option<Status>, ApiError> {
    text.map(|text| text.to_ascii_lowercase().parse())
        .transpose()
        .map_err(|text: String| ApiError::argument(text))
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
        "authentication": credentials::shown(&device.authentication),
        "capabilities": { "iotEdge": false },
        "deviceScope": null,
        "parentScopes": [],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_devices_are_refused() {
        let check = |body: Value, want: bool| {
            let edge: EdgeBody = serde_json::from_value(body.clone()).unwrap_or_default();
            assert_eq!(edge.check().is_ok(), want, "{body}");
        };
        check(json!({}), true);
        check(
            json!({"capabilities": {"iotEdge": false}, "deviceScope": null, "parentScopes": []}),
            true,
        );
        check(json!({"capabilities": {"iotEdge": true}}), false);
        check(json!({"deviceScope": "ms-azure-iot-edge://a"}), false);
        check(json!({"parentScopes": ["ms-azure-iot-edge://a"]}), false);
    }
}
