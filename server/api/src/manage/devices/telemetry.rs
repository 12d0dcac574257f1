//! `GET /devices/{id}/telemetry`: the numbers a device sends.

use axum::http::Method;
use muster_core::policy::Action;
use muster_service::access::kinds::SeeDevices;
use serde_json::{Value, json};

use crate::manage::call::Call;
use crate::manage::parameter::{DEVICE, FROM, Kind, Parameter, TO};
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

static FIELD: Parameter = Parameter::query(
    "field",
    Kind::Text(1024),
    "The field, as a dotted path; the one that is sent most often without.",
    "temperature",
);

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/devices/{id}/telemetry",
    id: "readTelemetry",
    tag: super::TAG,
    summary: "One numeric field of a device's messages",
    notes: "From the newest 10,000 messages of the range: `from` in the answer says from when on it is complete.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&DEVICE, &FIELD, &FROM, &TO],
    body: None,
    answer: Answer::ok("The points, oldest first.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    let point = schema::object(&[
        ("time", schema::time()),
        ("value", json!({ "type": "number" })),
    ]);
    schema::object(&[
        ("fields", schema::array(schema::any_text())),
        ("field", schema::or_null(schema::any_text())),
        ("from", schema::time()),
        ("points", schema::array(point)),
    ])
}

async fn run(call: Call) -> Outcome {
    let permit = call.permit_device::<SeeDevices>()?;
    let (from, to) = call.range();
    let series = call
        .hub
        .series(&permit, call.text(&FIELD), from, to)
        .await?;
    let points: Vec<Value> = series
        .points
        .iter()
        .map(|point| json!({ "time": point.at.to_string(), "value": point.value }))
        .collect();
    Ok(Reply::of(json!({
        "fields": series.fields,
        "field": series.field,
        "from": series.from.to_string(),
        "points": points,
    })))
}
