//! `GET /devices/{id}/revisions` and what is done with them: comparing two, going back to one.

use axum::http::{Method, StatusCode};
use muster_core::policy::Action;
use muster_core::time::Timestamp;
use muster_core::twin::history::Difference;
use muster_service::Revision;
use muster_service::access::kinds::{EditTwin, SeeDevices};
use muster_service::revisions::MAX_REASON;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::manage::call::Call;
use crate::manage::parameter::{CURSOR, DEVICE, IF_MATCH, Kind, LIMIT, Parameter};
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

static EARLIER: Parameter = Parameter::query(
    "from",
    Kind::Number(1, i64::MAX),
    "A version; the one before `to` without.",
    "2",
);

static LATER: Parameter = Parameter::query(
    "to",
    Kind::Number(1, i64::MAX),
    "Another version; the present one without.",
    "3",
);

static EARLIER_TIME: Parameter = Parameter::query(
    "fromTime",
    Kind::Time,
    "Instead of `from`: the version that was in force at this moment.",
    "2026-03-04T05:06:07Z",
);

static LATER_TIME: Parameter = Parameter::query(
    "toTime",
    Kind::Time,
    "Instead of `to`: the version that was in force at this moment.",
    "2026-03-04T05:06:07Z",
);

pub(in crate::manage) static LIST: Route = Route {
    method: Method::GET,
    path: "/devices/{id}/revisions",
    id: "listRevisions",
    tag: super::TAG,
    summary: "Every change of a device's desired properties, newest first",
    notes: "Kept as long as the device.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&DEVICE, &LIMIT, &CURSOR],
    body: None,
    answer: Answer::ok("A page of changes.", list_answer),
    also: &[StatusCode::UNPROCESSABLE_ENTITY],
    run: |call| Box::pin(list(call)),
};

pub(in crate::manage) static COMPARE: Route = Route {
    method: Method::GET,
    path: "/devices/{id}/revisions/compare",
    id: "compareRevisions",
    tag: super::TAG,
    summary: "What differs between two versions of a device's desired properties, or two moments",
    notes: "",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&DEVICE, &EARLIER, &LATER, &EARLIER_TIME, &LATER_TIME],
    body: None,
    answer: Answer::ok("The properties that differ, by path.", compare_answer),
    also: &[StatusCode::UNPROCESSABLE_ENTITY],
    run: |call| Box::pin(compare(call)),
};

pub(in crate::manage) static RESTORE: Route = Route {
    method: Method::POST,
    path: "/devices/{id}/revisions/restore",
    id: "restoreRevision",
    tag: super::TAG,
    summary: "Bring desired properties back to what they were in a version",
    notes: "Written as a change of its own, which a connected device hears of. Nothing is written when they are as they \
            were.",
    need: Need::Action(Action::EditTwin),
    parameters: &[&DEVICE, &IF_MATCH],
    body: Some(restore_body),
    answer: Answer::ok("The twin as it is now.", restore_answer).tagged(),
    also: &[StatusCode::PRECONDITION_FAILED],
    run: |call| Box::pin(restore(call)),
};

fn list_answer() -> Value {
    schema::page_of("Revision")
}

/// The schema of a change.
pub(in crate::manage) fn revision_schema() -> Value {
    schema::object(&[
        ("version", schema::count()),
        ("time", schema::time()),
        ("actor", schema::actor()),
        ("patch", schema::or_null(schema::free_object())),
        ("replaced", schema::flag()),
        ("restored", schema::or_null(schema::count())),
        ("reason", schema::or_null(schema::any_text())),
    ])
}

fn revision(revision: &Revision) -> Value {
    json!({
        "version": revision.version,
        "time": revision.at.to_string(),
        "actor": wire::actor(&revision.actor),
        "patch": revision.patch,
        "replaced": revision.replaced,
        "restored": revision.restored,
        "reason": revision.reason,
    })
}

async fn list(call: Call) -> Outcome {
    let permit = call.permit_device::<SeeDevices>()?;
    let page = call
        .hub
        .revisions(&permit, call.cursor(), call.limit())
        .await?;
    Ok(Reply::of(wire::page(page, revision)))
}

fn compare_answer() -> Value {
    schema::object(&[
        ("from", schema::count()),
        ("to", schema::count()),
        (
            "differences",
            schema::array(schema::closed(
                &[
                    ("path", schema::any_text()),
                    ("before", json!({})),
                    ("after", json!({})),
                ],
                &["path"],
            )),
        ),
    ])
}

async fn compare(call: Call) -> Outcome {
    let permit = call.permit_device::<SeeDevices>()?;
    let chosen = async |version: &Parameter, time: &Parameter| {
        if let Some(at) = call
            .text(time)
            .and_then(|text| text.parse::<Timestamp>().ok())
        {
            return call.hub.desired_version_at(&permit, at).await.map(Some);
        }
        Ok(call.text(version).and_then(|text| text.parse().ok()))
    };
    let to = match chosen(&LATER, &LATER_TIME).await? {
        Some(to) => to,
        None => call.hub.twin(&permit).await?.twin.desired.version,
    };
    let from = chosen(&EARLIER, &EARLIER_TIME).await?;
    let from = from.unwrap_or_else(|| to.saturating_sub(1).max(1));
    let found = call.hub.compare_desired(&permit, from, to).await?;
    let found: Vec<Value> = found.iter().map(difference).collect();
    Ok(Reply::of(
        json!({ "from": from, "to": to, "differences": found }),
    ))
}

/// A side that is absent is not there.
fn difference(difference: &Difference) -> Value {
    let mut shown = json!({ "path": difference.path });
    for (side, value) in [("before", &difference.before), ("after", &difference.after)] {
        if let Some(value) = value {
            shown[side] = value.clone();
        }
    }
    shown
}

fn restore_body() -> Value {
    schema::closed(
        &[
            ("version", schema::count()),
            ("reason", schema::text(MAX_REASON)),
        ],
        &["version", "reason"],
    )
}

fn restore_answer() -> Value {
    schema::named("Twin")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    version: u64,
    reason: String,
}

async fn restore(call: Call) -> Outcome {
    let body: Body = call.body()?;
    let permit = call.permit_device::<EditTwin>()?;
    let twin = call
        .hub
        .restore_desired(&permit, body.version, &body.reason, call.if_match())
        .await?;
    let shown = wire::twin(permit.device(), &twin);
    Ok(Reply::of(shown).tagged(twin.etag))
}
