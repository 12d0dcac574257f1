//! `GET /devices/count`: how many there are.

use axum::http::{Method, StatusCode};
use muster_core::policy::Action;
use serde_json::{Value, json};

use crate::manage::call::Call;
use crate::manage::parameter::{TEXT, WHERE};
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/devices/count",
    id: "countDevices",
    tag: super::TAG,
    summary: "How many devices there are",
    notes: "",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&WHERE, &TEXT],
    body: None,
    answer: Answer::ok("The number.", answer),
    also: &[StatusCode::UNPROCESSABLE_ENTITY],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::object(&[("count", schema::count())])
}

async fn run(call: Call) -> Outcome {
    let text = call.text(&TEXT).unwrap_or_default();
    let count = call
        .hub
        .fleet_count(&call.access, &call.condition().await?, text)?;
    Ok(Reply::of(json!({ "count": count })))
}
