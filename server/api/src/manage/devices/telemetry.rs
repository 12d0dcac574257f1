//! `GET /devices/{id}/telemetry`: the numbers a device sends.

use axum::http::Method;
use muster_core::policy::Action;
use muster_core::series::{Bucket, Level};
use muster_service::access::kinds::SeeDevices;
use muster_service::series::Stretch;
use serde_json::{Value, json};

use crate::manage::call::Call;
use crate::manage::parameter::{DEVICE, FROM, Kind, Parameter, TO};
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

/// Readings of an answer when nobody says how many.
const DEFAULT_COLUMNS: usize = 500;

static COLUMNS: Parameter = Parameter::query(
    "columns",
    Kind::Number(1, 2_000),
    "About how many readings are wanted, 500 when absent: longer ranges are summed up.",
    "500",
);

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
    notes: "Single readings, or sums per minute, hour or day where the range is too long for `columns`: `per` in the answer says which. Readings are kept for 30 days, minutes for a year, hours and days for ten.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&DEVICE, &FIELD, &FROM, &TO, &COLUMNS],
    body: None,
    answer: Answer::ok("The readings, oldest first.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    let number = || json!({ "type": "number" });
    let reading = schema::object(&[
        ("time", schema::time()),
        ("count", schema::count()),
        ("min", number()),
        ("max", number()),
        ("mean", number()),
        ("last", number()),
    ]);
    schema::object(&[
        ("fields", schema::array(schema::any_text())),
        ("field", schema::or_null(schema::any_text())),
        ("per", schema::words(["reading", "minute", "hour", "day"])),
        ("readings", schema::array(reading)),
    ])
}

async fn run(call: Call) -> Outcome {
    let permit = call.permit_device::<SeeDevices>()?;
    let (from, to) = call.range();
    let columns = call.number(&COLUMNS).and_then(|n| usize::try_from(n).ok());
    let stretch = Stretch {
        from,
        to,
        columns: columns.unwrap_or(DEFAULT_COLUMNS),
    };
    let series = call.hub.series(&permit, call.text(&FIELD), stretch).await?;
    let readings: Vec<Value> = series.buckets.iter().map(reading).collect();
    Ok(Reply::of(json!({
        "fields": series.fields,
        "field": series.field,
        "per": series.level.map_or("reading", word),
        "readings": readings,
    })))
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Minute => "minute",
        Level::Hour => "hour",
        Level::Day => "day",
    }
}

fn reading(bucket: &Bucket) -> Value {
    json!({
        "time": bucket.at.to_string(),
        "count": bucket.count,
        "min": bucket.min,
        "max": bucket.max,
        "mean": bucket.mean(),
        "last": bucket.last,
    })
}
