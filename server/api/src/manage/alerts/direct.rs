//! `POST /alerts/direct`: giving alerts to somebody, passing them on.

use axum::http::{Method, StatusCode};
use muster_core::alert::AlertId;
use muster_core::ids::PersonId;
use muster_core::policy::Action;
use muster_service::access::kinds::DirectAlerts;
use muster_service::alerts::Direction;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{TAG, changed, ids_schema};
use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::POST,
    path: "/alerts/direct",
    id: "directAlerts",
    tag: TAG,
    summary: "Give alerts to somebody, or pass them on",
    notes: "`assign` gives them to the person `to`, or with null to nobody. Alerts that are over or out of your scope are \
            left out; when that is all of them the answer is 404.",
    need: Need::Action(Action::DirectAlerts),
    parameters: &[],
    body: Some(body),
    answer: Answer::ok("How many changed.", changed),
    also: &[StatusCode::NOT_FOUND],
    run: |call| Box::pin(run(call)),
};

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Verb {
    Assign,
    Escalate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    ids: Vec<i64>,
    verb: Verb,
    #[serde(default)]
    to: Option<i64>,
}

fn body() -> Value {
    schema::closed(
        &[
            ("ids", ids_schema()),
            ("verb", schema::words(["assign", "escalate"])),
            ("to", schema::or_null(schema::count())),
        ],
        &["ids", "verb"],
    )
}

async fn run(call: Call) -> Outcome {
    let body: Body = call.body()?;
    let permit = call.permit::<DirectAlerts>()?;
    let ids: Vec<AlertId> = body.ids.into_iter().map(AlertId).collect();
    let direction = match body.verb {
        Verb::Assign => Direction::Assign(body.to.map(PersonId)),
        Verb::Escalate => Direction::Escalate,
    };
    let changed = call.hub.direct_alerts(&permit, &ids, direction).await?;
    Ok(Reply::of(json!({ "changed": changed })))
}
