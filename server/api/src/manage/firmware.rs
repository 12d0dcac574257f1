//! Firmware: the files that devices install.

pub(super) mod add;
pub(super) mod delete;
pub(super) mod install;
pub(super) mod list;
pub(super) mod show;
pub(super) mod update;

use muster_core::firmware::{Artifact, ArtifactId, ArtifactState};
use muster_service::Hub;
use muster_service::firmware::SignatureState;
use serde_json::{Value, json};

use super::call::Call;
use super::parameter::{Kind, Parameter};
use super::problem::Problem;
use super::schema;

const TAG: &str = "Firmware";

/// Which artifact.
static ARTIFACT: Parameter = Parameter::path(
    "artifact",
    Kind::Text(64),
    "The SHA-256 of the file, in hexadecimal.",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
);

/// The artifact in the path. What is no hash names none.
fn artifact_of(call: &Call) -> Result<ArtifactId, Problem> {
    let id = call
        .text(&ARTIFACT)
        .and_then(|text| ArtifactId::new(text).ok());
    id.ok_or_else(Problem::not_found)
}

/// An artifact as it travels.
fn wire(hub: &Hub, artifact: &Artifact) -> Value {
    let about = &artifact.about;
    json!({
        "sha256": artifact.id,
        "size": artifact.size,
        "product": about.product,
        "version": about.version,
        "models": about.models,
        "from": about.from,
        "until": about.until,
        "mustPass": about.must_pass,
        "signature": about.signature,
        "signatureState": word(hub.signature_state(artifact)),
        "notes": about.notes,
        "state": artifact.state,
        "addedTime": artifact.added_at.to_string(),
        "addedBy": artifact.added_by,
    })
}

fn word(state: SignatureState) -> &'static str {
    match state {
        SignatureState::Unsigned => "unsigned",
        SignatureState::Verified => "verified",
        SignatureState::NotChecked => "not_checked",
        SignatureState::Wrong => "wrong",
    }
}

/// The members of [`wire`].
fn members() -> Vec<(&'static str, Value)> {
    let version = || schema::or_null(schema::any_text());
    let signature = schema::object(&[("key", schema::any_text()), ("value", schema::any_text())]);
    let states = [ArtifactState::Available, ArtifactState::Withdrawn];
    let judged = ["unsigned", "verified", "not_checked", "wrong"];
    vec![
        ("sha256", schema::any_text()),
        ("size", schema::count()),
        ("product", schema::any_text()),
        ("version", schema::any_text()),
        ("models", schema::array(schema::any_text())),
        ("from", version()),
        ("until", version()),
        ("mustPass", schema::array(schema::any_text())),
        ("signature", schema::or_null(signature)),
        ("signatureState", schema::words(judged)),
        ("notes", schema::any_text()),
        ("state", schema::words(states.map(ArtifactState::as_str))),
        ("addedTime", schema::time()),
        ("addedBy", schema::or_null(schema::count())),
    ]
}

/// The schema of [`wire`].
pub(super) fn described() -> Value {
    schema::object(&members())
}

/// The schema of an answer that is one artifact.
fn answer() -> Value {
    schema::named("Firmware")
}
