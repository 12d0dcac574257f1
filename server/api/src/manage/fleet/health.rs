//! `GET /health`: how the fleet is, over any dimension.

use axum::http::{Method, StatusCode};
use muster_core::contact::Contact;
use muster_core::policy::Action;
use muster_service::health::{
    Age, Counted, FleetHealth, HealthGroup, HealthQuestion, MAX_NUMBERS, Numbers,
};
use serde_json::{Map, Value, json};

use crate::manage::call::Call;
use crate::manage::parameter::{Kind, Parameter, WHERE};
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

static BY: Parameter = Parameter::query(
    "by",
    Kind::Text(1024),
    "The path whose values part the fleet; modelId without.",
    "tags.region",
);

static NUMBERS: Parameter = Parameter::query(
    "numbers",
    Kind::Text(1024),
    "Paths of numbers whose spread is told, at most four with commas between them; what tells of batteries and signals without.",
    "properties.reported.battery.percent",
);

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/health",
    id: "readHealth",
    tag: super::TAG,
    summary: "How the fleet is, over any dimension",
    notes: "Counts of devices in service. `where` beside each count is the condition that finds exactly these devices.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&BY, &NUMBERS, &WHERE],
    body: None,
    answer: Answer::ok("The counts.", answer),
    also: &[StatusCode::UNPROCESSABLE_ENTITY],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    let value = json!({ "type": ["string", "number", "boolean", "null"] });
    let number = || json!({ "type": "number" });
    let whole = || schema::or_null(json!({ "type": "integer" }));
    let with = |more: &[(&'static str, Value)]| {
        let counted = [("count", schema::count()), ("where", schema::any_text())];
        schema::object(&[more, &counted].concat())
    };
    let contact: Vec<_> = Contact::ALL
        .map(|contact| (contact.as_str(), schema::count()))
        .into();
    let age = with(&[("fromSeconds", whole()), ("toSeconds", whole())]);
    let group = with(&[
        ("value", value.clone()),
        ("contact", schema::object(&contact)),
        ("drift", with(&[])),
    ]);
    let bin = with(&[("from", number()), ("to", number())]);
    let numbers = schema::object(&[
        ("path", schema::any_text()),
        ("with", schema::count()),
        ("without", schema::count()),
        ("bins", schema::array(bin)),
    ]);
    let silent = schema::object(&[
        ("deviceId", schema::any_text()),
        ("lastActivityTime", schema::or_null(schema::time())),
    ]);
    schema::object(&[
        ("time", schema::time()),
        ("inService", schema::count()),
        ("connected", schema::count()),
        ("drift", schema::count()),
        ("lastActivity", schema::array(age)),
        ("groups", schema::array(group)),
        ("moreGroups", schema::count()),
        ("firmware", schema::array(with(&[("value", value)]))),
        ("moreFirmware", schema::count()),
        ("numbers", schema::array(numbers)),
        ("silentForLongest", schema::array(silent)),
    ])
}

async fn run(call: Call) -> Outcome {
    let by = call.text(&BY).unwrap_or("modelId");
    let by = call.list_path("by", by).await?;
    let numbers = match call.text(&NUMBERS) {
        None => call.hub.health_numbers(&call.access).await?,
        Some(text) => {
            let mut paths = Vec::new();
            for path in text.split(',').take(MAX_NUMBERS + 1) {
                paths.push(call.list_path("numbers", path.trim()).await?);
            }
            paths
        }
    };
    let question = HealthQuestion {
        condition: call.condition().await?,
        by,
        numbers,
    };
    let health = call.hub.fleet_health(&call.access, question).await?;
    Ok(Reply::of(shown(&health)))
}

fn shown(health: &FleetHealth) -> Value {
    let many = |values: Vec<Value>| Value::Array(values);
    let firmware = health.firmware.iter();
    let firmware = firmware.map(|(value, all)| counted(all, json!({ "value": value })));
    let silent = health.silent.iter().map(|row| {
        let last = row.entry.last_activity_at.map(|at| at.to_string());
        json!({ "deviceId": row.entry.id, "lastActivityTime": last })
    });
    json!({
        "time": health.at.to_string(),
        "inService": health.census.in_service,
        "connected": health.census.connected,
        "drift": health.census.drift,
        "lastActivity": many(health.ages.iter().map(age).collect()),
        "groups": many(health.groups.iter().map(group).collect()),
        "moreGroups": health.more_groups,
        "firmware": many(firmware.collect()),
        "moreFirmware": health.more_firmware,
        "numbers": many(health.numbers.iter().map(numbers).collect()),
        "silentForLongest": many(silent.collect()),
    })
}

/// The count with the condition behind it, beside what it is a count of.
fn counted(counted: &Counted, mut beside: Value) -> Value {
    beside["count"] = counted.devices.into();
    beside["where"] = counted.condition.to_string().into();
    beside
}

fn age(age: &Age) -> Value {
    let seconds = |ms: Option<i64>| ms.map(|ms| ms / 1000);
    let beside = json!({ "fromSeconds": seconds(age.from), "toSeconds": seconds(age.to) });
    counted(&age.counted, beside)
}

fn group(group: &HealthGroup) -> Value {
    let contact: Map<String, Value> = Contact::ALL
        .into_iter()
        .zip(group.contact)
        .map(|(contact, devices)| (contact.as_str().to_owned(), devices.into()))
        .collect();
    let beside = json!({
        "value": group.value,
        "contact": contact,
        "drift": counted(&group.drift, json!({})),
    });
    counted(&group.counted, beside)
}

fn numbers(numbers: &Numbers) -> Value {
    let bins = numbers.bins.iter().map(|(bin, condition)| {
        let bin_counted = Counted {
            devices: bin.devices,
            condition: condition.clone(),
        };
        counted(&bin_counted, json!({ "from": bin.from, "to": bin.to }))
    });
    json!({
        "path": numbers.path.to_string(),
        "with": numbers.with,
        "without": numbers.without,
        "bins": bins.collect::<Vec<_>>(),
    })
}
