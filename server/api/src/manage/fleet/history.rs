//! `GET /health/history`: how the fleet was.

use axum::http::Method;
use muster_core::contact::Contact;
use muster_core::policy::Action;
use muster_service::health::FleetSample;
use serde_json::{Map, Value, json};

use crate::manage::call::Call;
use crate::manage::parameter::{FROM, TO};
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/health/history",
    id: "readHealthHistory",
    tag: super::TAG,
    summary: "How the fleet was over time",
    notes: "Samples of the part of the fleet that your person sees, oldest first: one per five minutes of the last eight \
            days, and of each hour of the year before the moment at which most devices were out of contact. `firmware` \
            has the eight most used versions. What was not sampled is a gap; a token that is narrowed to a part of its \
            own has no samples.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&FROM, &TO],
    body: None,
    answer: Answer::ok("The samples.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    let contact: Vec<_> = Contact::ALL
        .map(|contact| (contact.as_str(), schema::count()))
        .into();
    let version = schema::object(&[("version", schema::any_text()), ("count", schema::count())]);
    let sample = schema::object(&[
        ("time", schema::time()),
        ("connected", schema::count()),
        ("drift", schema::count()),
        ("contact", schema::object(&contact)),
        ("firmware", schema::array(version)),
    ]);
    schema::object(&[("items", schema::array(sample))])
}

async fn run(call: Call) -> Outcome {
    let (from, to) = call.range();
    let samples = call.hub.fleet_history(&call.access, from, to).await?;
    Ok(Reply::of(wire::list(samples, |sample| shown(&sample))))
}

fn shown(sample: &FleetSample) -> Value {
    let contact: Map<String, Value> = Contact::ALL
        .into_iter()
        .zip(sample.contact)
        .map(|(contact, devices)| (contact.as_str().to_owned(), devices.into()))
        .collect();
    let firmware = sample.firmware.iter();
    let firmware = firmware.map(|(version, n)| json!({ "version": version, "count": n }));
    json!({
        "time": sample.at.to_string(),
        "connected": sample.connected,
        "drift": sample.drift,
        "contact": contact,
        "firmware": firmware.collect::<Vec<_>>(),
    })
}
