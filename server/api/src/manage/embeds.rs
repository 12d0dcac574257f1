//! Embeds and share links: panels that are shown elsewhere.

pub(super) mod create;
pub(super) mod list;
pub(super) mod revoke;
pub(super) mod show;

use muster_core::embed::{
    Embed, EmbedId, MAX_FIELD, MAX_FILTER, MAX_NAME, MAX_PARENTS, MAX_PATH, PanelKind, Proof, Span,
    Theme,
};
use serde_json::{Value, json};

use super::call::Call;
use super::parameter::{Kind, Parameter};
use super::problem::Problem;
use super::{schema, wire};

const TAG: &str = "Embeds";

/// Longest origin that is taken.
const MAX_ORIGIN: usize = 200;

/// Longest id of a device.
const MAX_DEVICE: usize = 128;

/// Which embed.
static EMBED: Parameter = Parameter::path(
    "embed",
    Kind::Number(1, i64::MAX),
    "The embed's number.",
    "1",
);

/// The embed that the path names.
fn named(call: &Call) -> Result<EmbedId, Problem> {
    let id = call.number(&EMBED).map(EmbedId);
    id.ok_or_else(Problem::not_found)
}

/// The members that bodies and answers share.
fn members() -> Vec<(&'static str, Value)> {
    vec![
        ("name", schema::text(MAX_NAME)),
        ("panel", panel()),
        ("filter", schema::text(MAX_FILTER)),
        (
            "parents",
            json!({ "type": "array", "items": schema::text(MAX_ORIGIN), "maxItems": MAX_PARENTS }),
        ),
        ("theme", schema::words(Theme::ALL.map(Theme::as_str))),
        ("proof", schema::words(Proof::ALL.map(Proof::as_str))),
    ]
}

fn panel() -> Value {
    schema::closed(
        &[
            ("kind", schema::words(PanelKind::ALL.map(PanelKind::as_str))),
            ("path", schema::text(MAX_PATH)),
            ("device", schema::text(MAX_DEVICE)),
            ("field", schema::text(MAX_FIELD)),
            ("span", schema::words(Span::ALL.map(Span::as_str))),
        ],
        &["kind"],
    )
}

/// The schema of an embed.
pub(super) fn schema_of() -> Value {
    let mut all = vec![("id", schema::count()), ("person", schema::count())];
    all.extend(members());
    all.extend([
        ("createdTime", schema::time()),
        ("expiresTime", schema::time()),
        ("revokedTime", schema::or_null(schema::time())),
        ("uses", schema::count()),
        ("lastUsedTime", schema::or_null(schema::time())),
        ("lastOrigin", schema::or_null(schema::any_text())),
    ]);
    schema::object(&all)
}

fn answer() -> Value {
    schema::named("Embed")
}

/// An embed; never with its token or secret.
fn described(embed: &Embed) -> Value {
    let parts = embed.panel.parts();
    let mut panel = json!({ "kind": parts.kind });
    let particulars = [
        ("path", parts.path),
        ("device", parts.device),
        ("field", parts.field),
        ("span", parts.span),
    ];
    for (name, value) in particulars
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
    {
        panel[name] = value.into();
    }
    let parents: Vec<&str> = embed.parents.iter().map(|parent| parent.as_str()).collect();
    json!({
        "id": embed.id,
        "person": embed.person,
        "name": embed.name,
        "panel": panel,
        "filter": embed.filter,
        "parents": parents,
        "theme": embed.theme.as_str(),
        "proof": embed.proof.as_str(),
        "createdTime": embed.created_at.to_string(),
        "expiresTime": embed.expires_at.to_string(),
        "revokedTime": wire::time(embed.revoked_at),
        "uses": embed.uses,
        "lastUsedTime": wire::time(embed.last_used_at),
        "lastOrigin": embed.last_origin,
    })
}
