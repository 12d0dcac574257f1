//! What travels: the JSON of the management REST, each beside its schema. A domain type is not a wire format.

use muster_core::cursor::Page;
use muster_core::event::{Actor, Event};
use muster_core::ids::DeviceId;
use muster_core::person::Person;
use muster_core::time::Timestamp;
use muster_core::token::{ApiToken, action_name};
use muster_core::twin::Twin;
use muster_core::view::SavedView;
use muster_service::DeviceSummary;
use muster_service::devices::ConnectionView;
use serde_json::{Value, json};

/// An instant, or null.
pub(crate) fn time(at: Option<Timestamp>) -> Value {
    at.map(|at| at.to_string()).into()
}

pub(crate) fn connection_state(connected: bool) -> &'static str {
    if connected {
        "Connected"
    } else {
        "Disconnected"
    }
}

/// A page of a list.
pub(crate) fn page<T>(page: Page<T>, item: impl Fn(&T) -> Value) -> Value {
    let items: Vec<Value> = page.rows.iter().map(item).collect();
    json!({ "items": items, "next": page.next, "previous": page.previous })
}

/// A list without pages.
pub(crate) fn list<T>(items: impl IntoIterator<Item = T>, item: impl Fn(T) -> Value) -> Value {
    let items: Vec<Value> = items.into_iter().map(item).collect();
    json!({ "items": items })
}

/// A device. How it proves itself is for those who may see credentials.
pub(crate) fn device(
    device: &DeviceSummary,
    connection: Option<&ConnectionView>,
    credentials: bool,
) -> Value {
    json!({
        "deviceId": device.id,
        "generationId": device.generation,
        "etag": device.etag.to_string(),
        "status": device.status,
        "statusReason": device.status_reason,
        "statusUpdatedTime": time(device.status_at),
        "stage": device.stage,
        "stageTime": device.stage_at.to_string(),
        "modelId": device.model_id,
        "authenticationType": credentials.then_some(device.auth),
        "createdTime": device.created_at.to_string(),
        "lastActivityTime": time(device.last_activity_at),
        "connectionState": connection_state(connection.is_some()),
        "connection": connection.map(|open| json!({
            "protocol": open.protocol,
            "address": open.address,
            "since": open.since.to_string(),
        })),
    })
}

/// A twin, with `$metadata` and `$version` in its properties as IoT Hub shows them.
pub(crate) fn twin(device: &DeviceId, twin: &Twin) -> Value {
    json!({
        "deviceId": device,
        "etag": twin.etag.to_string(),
        "version": twin.version,
        "tags": twin.tags,
        "properties": twin.properties_view(),
    })
}

/// Something that happened.
pub(crate) fn event(event: &Event) -> Value {
    json!({
        "sequence": event.seq,
        "time": event.at.to_string(),
        "deviceId": event.device,
        "actor": actor(&event.actor),
        "kind": event.kind,
        "detail": event.detail,
    })
}

/// Who did something.
/// Who did it.
pub(crate) fn actor(actor: &Actor) -> Value {
    let (kind, id, name, token) = match actor {
        Actor::Person { id, name, token } => ("person", Some(id), Some(name), token.as_ref()),
        Actor::Policy { name } => {
            return json!({ "kind": "policy", "person": null, "name": name, "token": null });
        }
        Actor::Device => ("device", None, None, None),
        Actor::Console => ("console", None, None, None),
        Actor::Hub => ("hub", None, None, None),
        Actor::Operation { id } => {
            return json!({ "kind": "operation", "person": null, "name": id.to_string(), "token": null });
        }
        Actor::Configuration { id } => {
            return json!({ "kind": "configuration", "person": null, "name": id, "token": null });
        }
    };
    json!({ "kind": kind, "person": id, "name": name, "token": token })
}

/// An account.
pub(crate) fn person(person: &Person) -> Value {
    json!({
        "person": person.id,
        "name": person.name,
        "displayName": person.display_name,
        "roles": person.roles,
        "active": person.active,
        "mustChangePassword": person.must_change_password,
        "createdTime": person.created_at.to_string(),
        "lastSignInTime": time(person.last_sign_in_at),
    })
}

/// A token, never with its secret.
pub(crate) fn token(token: &ApiToken, now: Timestamp) -> Value {
    let actions: Vec<String> = token.actions.iter().copied().map(action_name).collect();
    json!({
        "token": token.id,
        "name": token.name,
        "actions": actions,
        "scope": token.scope,
        "createdTime": token.created_at.to_string(),
        "expiresTime": token.expires_at.to_string(),
        "lastUsedTime": time(token.last_used_at),
        "revokedTime": time(token.revoked_at),
        "live": token.is_live(now),
    })
}

/// A saved view.
pub(crate) fn view(view: &SavedView) -> Value {
    json!({
        "view": view.id,
        "owner": view.owner,
        "ownerName": view.owner_name,
        "name": view.name,
        "query": view.query,
        "shared": view.shared,
    })
}
