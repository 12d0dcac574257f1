//! `POST /alerts/handle`: working on alerts.

use axum::http::{Method, StatusCode};
use muster_core::alert::{AlertId, MAX_COMMENT, MAX_SNOOZE_MS};
use muster_core::policy::Action;
use muster_service::access::kinds::HandleAlerts;
use muster_service::alerts::Handling;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{TAG, changed, ids_schema};
use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

/// Longest snooze, in minutes.
const MAX_MINUTES: i64 = MAX_SNOOZE_MS / 60_000;

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::POST,
    path: "/alerts/handle",
    id: "handleAlerts",
    tag: TAG,
    summary: "Acknowledge, take on, snooze, comment or resolve alerts",
    notes: "`snooze` lasts `minutes`, 60 when nothing is said; `comment` needs a `comment`. Alerts that are over or out of \
            your scope are left out; when that is all of them the answer is 404.",
    need: Need::Action(Action::HandleAlerts),
    parameters: &[],
    body: Some(body),
    answer: Answer::ok("How many changed.", changed),
    also: &[StatusCode::NOT_FOUND],
    run: |call| Box::pin(run(call)),
};

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Verb {
    Acknowledge,
    Take,
    Snooze,
    Comment,
    Resolve,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    ids: Vec<i64>,
    verb: Verb,
    #[serde(default)]
    comment: String,
    #[serde(default = "an_hour")]
    minutes: u32,
}

fn an_hour() -> u32 {
    60
}

fn body() -> Value {
    let verbs = ["acknowledge", "take", "snooze", "comment", "resolve"];
    let minutes = json!({ "type": "integer", "minimum": 1, "maximum": MAX_MINUTES });
    schema::closed(
        &[
            ("ids", ids_schema()),
            ("verb", schema::words(verbs)),
            ("comment", schema::text(MAX_COMMENT)),
            ("minutes", minutes),
        ],
        &["ids", "verb"],
    )
}

async fn run(call: Call) -> Outcome {
    let body: Body = call.body()?;
    let permit = call.permit::<HandleAlerts>()?;
    let ids: Vec<AlertId> = body.ids.into_iter().map(AlertId).collect();
    let handling = match body.verb {
        Verb::Acknowledge => Handling::Acknowledge,
        Verb::Take => Handling::Take,
        Verb::Snooze => Handling::Snooze(i64::from(body.minutes) * 60_000),
        Verb::Comment => Handling::Comment(body.comment),
        Verb::Resolve => Handling::Resolve,
    };
    let changed = call.hub.handle_alerts(&permit, &ids, handling).await?;
    Ok(Reply::of(json!({ "changed": changed })))
}
