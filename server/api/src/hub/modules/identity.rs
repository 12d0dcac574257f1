//! A module on the wire (spec §5.3).

use muster_core::device::Authentication;
use muster_core::ids::{DeviceId, ModuleId};
use muster_service::bulk::{self, AuthenticationBody};
use muster_service::devices::ConnectionView;
use muster_service::modules::Module;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::hub::wire::{connection_state, time};

/// What clients send of a module. Members that are not listed are ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ModuleBody {
    device_id: Option<String>,
    module_id: Option<String>,
    pub(super) managed_by: Option<String>,
    authentication: Option<AuthenticationBody>,
}

impl ModuleBody {
    /// Whether it can be meant for this address.
    pub(super) fn check(&self, device: &DeviceId, id: &ModuleId) -> Result<(), ApiError> {
        let other = |named: &Option<String>, id: &str| named.as_deref().is_some_and(|n| n != id);
        if other(&self.device_id, device.as_str()) || other(&self.module_id, id.as_str()) {
            return Err(ApiError::argument(
                "deviceId and moduleId in the body are not those in the address",
            ));
        }
        Ok(())
    }

    /// The credentials; `None` when the hub is to make keys. A module without credentials gets keys, too.
    pub(super) fn authentication(&self) -> Result<Option<Authentication>, ApiError> {
        match &self.authentication {
            Some(body) if !body.is_none() => Ok(body.read()?),
            _ => Ok(None),
        }
    }
}

/// The resource, with its keys.
pub(super) fn shown(module: &Module, connection: Option<ConnectionView>) -> Value {
    let summary = &module.summary;
    let connected = connection.is_some();
    json!({
        "moduleId": summary.id,
        "managedBy": summary.managed_by,
        "deviceId": summary.device,
        "generationId": summary.generation,
        "etag": summary.etag.to_string(),
        "connectionState": connection_state(connected),
        "connectionStateUpdatedTime": time(connection.map(|connection| connection.since)),
        "lastActivityTime": time(summary.last_activity_at),
        "cloudToDeviceMessageCount": 0,
        "authentication": bulk::shown(&module.authentication),
    })
}
