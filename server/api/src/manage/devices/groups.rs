//! `GET /devices/groups`: how many devices have which value.

use axum::http::{Method, StatusCode};
use muster_core::policy::Action;
use serde_json::{Value, json};

use crate::manage::call::Call;
use crate::manage::parameter::{Kind, LIMIT, Parameter, WHERE};
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

static BY: Parameter = Parameter::query(
    "by",
    Kind::Text(1024),
    "The path whose values are counted; status without.",
    "tags.region",
);

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/devices/groups",
    id: "groupDevices",
    tag: super::TAG,
    summary: "How many devices have which value",
    notes: "Most devices first. The value null stands for devices without one.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&BY, &WHERE, &LIMIT],
    body: None,
    answer: Answer::ok("The groups.", answer),
    also: &[StatusCode::UNPROCESSABLE_ENTITY],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    let value = json!({ "type": ["string", "number", "boolean", "null"] });
    let group = schema::object(&[("value", value), ("count", schema::count())]);
    schema::object(&[("items", schema::array(group))])
}

async fn run(call: Call) -> Outcome {
    let by = call.text(&BY).unwrap_or("status");
    let path = call.list_path("by", by).await?;
    let condition = call.condition().await?;
    let groups = call
        .hub
        .fleet_groups(&call.access, &condition, &path, call.limit());
    Ok(Reply::of(wire::list(
        groups,
        |(value, count)| json!({ "value": value, "count": count }),
    )))
}
