//! The twin as services see it (spec §7.1).

use muster_service::TwinRow;
use serde_json::{Value, json};

use crate::hub::registry::{connection_state, time};

/// The twin of a device. Fingerprints of certificates are with its identity.
pub(super) fn of_device(row: &TwinRow, connected: bool) -> Value {
    let (device, twin) = (&row.device, &row.twin);
    json!({
        "deviceId": device.id,
        "etag": twin.etag.to_string(),
        "deviceEtag": device.etag.to_string(),
        "status": device.status,
        "statusReason": device.status_reason,
        "statusUpdateTime": time(device.status_at),
        "connectionState": connection_state(connected),
        "lastActivityTime": time(device.last_activity_at),
        "cloudToDeviceMessageCount": 0,
        "authenticationType": device.auth,
        "modelId": device.model_id,
        "version": twin.version,
        "tags": twin.tags,
        "properties": twin.properties_view(),
        "capabilities": { "iotEdge": false },
    })
}
