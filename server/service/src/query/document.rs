//! Twins as the service side reads them (spec §7.1).

use muster_core::device::AuthKind;
use muster_core::time::{NEVER, Timestamp};
use muster_core::twin::Object;
use muster_index::Seen;
use muster_storage::{ModuleTwinRow, Standing, TwinRow};
use serde_json::{Value, json};

/// The members that tell how a device proves who it is.
const CREDENTIALS: [&str; 2] = ["authenticationType", "x509Thumbprint"];

/// The document of a device, with the configurations that cover it.
pub fn twin(row: &TwinRow, seen: &Seen, configurations: Option<&Object>) -> Object {
    let time = |at: Option<Timestamp>| at.map_or_else(|| NEVER.to_owned(), |at| at.to_string());
    let device = &row.device;
    let mut document = json!({
        "deviceId": device.id,
        "etag": row.twin.etag.to_string(),
        "deviceEtag": device.etag.to_string(),
        "status": device.status.as_str(),
        "statusReason": device.status_reason,
        "statusUpdateTime": time(device.status_at),
        "connectionState": if seen.connected { "Connected" } else { "Disconnected" },
        "lastActivityTime": time(seen.last_activity_at),
        "cloudToDeviceMessageCount": 0,
        "authenticationType": device.auth.as_str(),
        "modelId": device.model_id,
        "version": row.twin.version,
        "tags": row.twin.tags,
        "properties": row.twin.properties_view(),
        "capabilities": { "iotEdge": false },
    });
    // Those of a self-signed device stay with its identity.
    if device.auth != AuthKind::SelfSigned {
        document["x509Thumbprint"] = no_thumbprints();
    }
    if let Some(configurations) = configurations {
        document["configurations"] = configurations.clone().into();
    }
    match document {
        Value::Object(document) => document,
        _ => Object::new(),
    }
}

/// The document of a module, with the configurations that cover it. It has no status of its own.
pub fn module_twin(
    row: &ModuleTwinRow,
    connected: bool,
    configurations: Option<&Object>,
) -> Object {
    let time = |at: Option<Timestamp>| at.map_or_else(|| NEVER.to_owned(), |at| at.to_string());
    let module = &row.module;
    let mut document = json!({
        "deviceId": module.device,
        "moduleId": module.id,
        "etag": row.twin.etag.to_string(),
        "deviceEtag": module.etag.to_string(),
        "connectionState": if connected { "Connected" } else { "Disconnected" },
        "lastActivityTime": time(module.last_activity_at),
        "cloudToDeviceMessageCount": 0,
        "authenticationType": module.auth.as_str(),
        "modelId": module.model_id,
        "version": row.twin.version,
        "tags": row.twin.tags,
        "properties": row.twin.properties_view(),
    });
    if module.auth != AuthKind::SelfSigned {
        document["x509Thumbprint"] = no_thumbprints();
    }
    if let Some(configurations) = configurations {
        document["configurations"] = configurations.clone().into();
    }
    match document {
        Value::Object(document) => document,
        _ => Object::new(),
    }
}

/// The `configurations` member of a document.
pub(crate) fn configurations(standings: &[Standing]) -> Object {
    let status = |standing: &Standing| {
        let status = json!({ "status": standing.status.as_str() });
        (standing.id.to_string(), status)
    };
    standings.iter().map(status).collect()
}

fn no_thumbprints() -> Value {
    json!({ "primaryThumbprint": null, "secondaryThumbprint": null })
}

/// What Muster knows beside the document, by the names of the query language.
pub fn beside(row: &TwinRow, seen: &Seen) -> Object {
    let mut beside = Object::new();
    beside.insert("stage".into(), row.device.stage.as_str().into());
    if let Some(contact) = seen.contact {
        beside.insert("contact".into(), contact.as_str().into());
        beside.insert("drift".into(), seen.drift.into());
    }
    beside
}

/// For people who may not see credentials.
pub fn hide_credentials(twin: &mut Object) {
    for member in CREDENTIALS {
        twin.remove(member);
    }
}
