//! The named schemas of the description.

use muster_core::contact::Contact;
use muster_core::event::EventKind;
use muster_core::lifecycle::Stage;
use muster_core::policy::{Action, Role};
use muster_core::token::action_name;
use serde_json::{Map, Value, json};

use super::operations::schema as operations;
use super::parameter::device_id;
use super::route::Schema;

/// All of them, by name.
pub(crate) const NAMED: &[(&str, Schema)] = &[
    ("Problem", problem),
    ("Device", device),
    ("DeviceRow", device_row),
    ("Twin", twin),
    ("Event", event),
    ("Person", person),
    ("Role", role),
    ("Token", token),
    ("View", view),
    ("Window", super::sheets::window),
    ("Calendar", super::sheets::calendar),
    ("Place", super::sheets::place),
    ("Firmware", super::firmware::described),
    ("Secret", secret),
    ("Actor", actor),
    ("Plan", operations::plan),
    ("Task", operations::task),
    ("How", operations::how),
    ("Operation", operations::operation),
    ("OperationDetail", operations::detail),
    ("OperationPreview", operations::preview),
    ("Counts", operations::counts),
    ("Target", operations::target),
    ("Draft", operations::draft),
    ("Revision", super::devices::revisions::revision_schema),
    ("Approval", super::approvals::approval_schema),
    ("ApprovalPolicy", super::approvals::policy_schema),
    ("Configuration", super::configurations::configuration),
    ("Embed", super::embeds::schema_of),
    ("Alert", super::alerts::alert_schema),
    ("AlertRule", super::alerts::rule_schema),
];

/// A reference to a named schema.
pub(crate) fn named(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// A page whose items are of a named schema.
pub(crate) fn page_of(name: &str) -> Value {
    page(named(name))
}

/// A page of such items.
pub(crate) fn page(item: Value) -> Value {
    object(&[
        ("items", array(item)),
        ("next", or_null(json!({ "type": "string" }))),
        ("previous", or_null(json!({ "type": "string" }))),
    ])
}

/// A list whose items are of a named schema.
pub(crate) fn list_of(name: &str) -> Value {
    object(&[("items", array(named(name)))])
}

/// An array.
pub(crate) fn array(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

/// An object with these members and no others, all of them there.
pub(crate) fn object(members: &[(&str, Value)]) -> Value {
    let names: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
    closed(members, &names)
}

/// An object with these members and no others, some of them there.
pub(crate) fn closed(members: &[(&str, Value)], required: &[&str]) -> Value {
    let properties: Map<String, Value> = members
        .iter()
        .map(|(name, schema)| ((*name).to_owned(), schema.clone()))
        .collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// The schema, or null.
pub(crate) fn or_null(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

/// A text up to a length in characters.
pub(crate) fn text(max: usize) -> Value {
    json!({ "type": "string", "maxLength": max })
}

/// A file of any bytes: a route with this body reads it piece by piece ([`super::route::Route::takes_file`]).
pub(crate) fn file() -> Value {
    json!({ "type": "string", "format": "binary" })
}

/// Any text.
pub(crate) fn any_text() -> Value {
    json!({ "type": "string" })
}

/// An instant.
pub(crate) fn time() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

/// A whole number from 0.
pub(crate) fn count() -> Value {
    json!({ "type": "integer", "format": "int64", "minimum": 0 })
}

/// Any JSON object.
pub(crate) fn free_object() -> Value {
    json!({ "type": "object" })
}

/// One of these words.
pub(crate) fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Value {
    json!({ "type": "string", "enum": words.into_iter().collect::<Vec<_>>() })
}

pub(crate) fn status() -> Value {
    words(["enabled", "disabled"])
}

pub(crate) fn stage() -> Value {
    words(Stage::ALL.into_iter().map(Stage::as_str))
}

pub(crate) fn contact() -> Value {
    words(Contact::ALL.into_iter().map(Contact::as_str))
}

pub(crate) fn authentication_type() -> Value {
    words(["sas", "selfSigned", "certificateAuthority"])
}

pub(crate) fn flag() -> Value {
    json!({ "type": "boolean" })
}

fn problem() -> Value {
    closed(
        &[
            ("type", any_text()),
            ("title", any_text()),
            (
                "status",
                json!({ "type": "integer", "minimum": 400, "maximum": 599 }),
            ),
            ("code", any_text()),
            ("detail", any_text()),
            ("reference", any_text()),
            ("etag", any_text()),
        ],
        &["type", "title", "status", "code", "detail", "reference"],
    )
}

fn device() -> Value {
    object(&[
        ("deviceId", device_id()),
        ("generationId", any_text()),
        ("etag", any_text()),
        ("status", status()),
        ("statusReason", or_null(any_text())),
        ("statusUpdatedTime", or_null(time())),
        ("stage", stage()),
        ("stageTime", time()),
        ("modelId", any_text()),
        ("authenticationType", or_null(authentication_type())),
        ("createdTime", time()),
        ("lastActivityTime", or_null(time())),
        ("connectionState", words(["Connected", "Disconnected"])),
        (
            "connection",
            or_null(object(&[
                ("protocol", any_text()),
                ("address", any_text()),
                ("since", time()),
            ])),
        ),
    ])
}

/// Only the columns that were asked for, and any path below tags as `tags.…`.
fn device_row() -> Value {
    json!({
        "type": "object",
        "properties": {
            "deviceId": device_id(),
            "status": status(),
            "stage": stage(),
            "stageTime": time(),
            "connectionState": words(["Connected", "Disconnected"]),
            "contact": or_null(contact()),
            "modelId": any_text(),
            "authenticationType": or_null(authentication_type()),
            "lastActivityTime": or_null(time()),
            "drift": flag(),
            "tags": free_object(),
        },
        "required": ["deviceId"],
    })
}

fn twin() -> Value {
    object(&[
        ("deviceId", device_id()),
        ("etag", any_text()),
        ("version", count()),
        ("tags", free_object()),
        (
            "properties",
            object(&[("desired", free_object()), ("reported", free_object())]),
        ),
    ])
}

/// Who did something.
pub(crate) fn actor() -> Value {
    object(&[
        (
            "kind",
            words([
                "person",
                "policy",
                "device",
                "console",
                "hub",
                "operation",
                "configuration",
            ]),
        ),
        ("person", or_null(count())),
        ("name", or_null(any_text())),
        ("token", or_null(any_text())),
    ])
}

fn event() -> Value {
    object(&[
        ("sequence", count()),
        ("time", time()),
        ("deviceId", or_null(device_id())),
        ("actor", named("Actor")),
        (
            "kind",
            words(EventKind::ALL.iter().map(|kind| kind.as_str())),
        ),
        ("detail", json!({})),
    ])
}

fn person() -> Value {
    object(&[
        ("person", count()),
        ("name", any_text()),
        ("displayName", any_text()),
        ("roles", array(named("Role"))),
        ("active", flag()),
        ("mustChangePassword", flag()),
        ("createdTime", time()),
        ("lastSignInTime", or_null(time())),
    ])
}

fn role() -> Value {
    object(&[
        ("role", words(Role::ALL.into_iter().map(Role::as_str))),
        ("scope", text(4096)),
    ])
}

fn token() -> Value {
    let names: Vec<String> = Action::ALL.iter().copied().map(action_name).collect();
    object(&[
        ("token", count()),
        ("name", any_text()),
        ("actions", array(words(names.iter().map(String::as_str)))),
        ("scope", any_text()),
        ("createdTime", time()),
        ("expiresTime", time()),
        ("lastUsedTime", or_null(time())),
        ("revokedTime", or_null(time())),
        ("live", flag()),
    ])
}

fn view() -> Value {
    object(&[
        ("view", count()),
        ("owner", count()),
        ("ownerName", any_text()),
        ("name", any_text()),
        ("query", any_text()),
        ("shared", flag()),
    ])
}

fn secret() -> Value {
    object(&[("connectionString", any_text())])
}
