//! `GET /census`: how the fleet is.

use axum::http::{Method, StatusCode};
use muster_core::contact::Contact;
use muster_core::lifecycle::Stage;
use muster_core::policy::Action;
use serde_json::{Map, Value, json};

use crate::manage::call::Call;
use crate::manage::parameter::WHERE;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/census",
    id: "readCensus",
    tag: super::TAG,
    summary: "How many devices are in which state",
    notes: "`listed` and `stage` count all devices of the filter, the other figures those in service.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&WHERE],
    body: None,
    answer: Answer::ok("The counts.", answer),
    also: &[StatusCode::UNPROCESSABLE_ENTITY],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    let counts = |names: &[&'static str]| {
        let members: Vec<_> = names.iter().map(|name| (*name, schema::count())).collect();
        schema::object(&members)
    };
    schema::object(&[
        ("listed", schema::count()),
        ("inService", schema::count()),
        ("connected", schema::count()),
        ("disabled", schema::count()),
        ("drift", schema::count()),
        ("contact", counts(&Contact::ALL.map(Contact::as_str))),
        ("stage", counts(&Stage::ALL.map(Stage::as_str))),
    ])
}

async fn run(call: Call) -> Outcome {
    let census = call.hub.census(&call.access, &call.condition().await?);
    let contact: Map<String, Value> = Contact::ALL
        .into_iter()
        .map(|contact| (contact.as_str().to_owned(), census.contact(contact).into()))
        .collect();
    let stage: Map<String, Value> = Stage::ALL
        .into_iter()
        .map(|stage| (stage.as_str().to_owned(), census.stage(stage).into()))
        .collect();
    Ok(Reply::of(json!({
        "listed": census.listed,
        "inService": census.in_service,
        "connected": census.connected,
        "disabled": census.disabled,
        "drift": census.drift,
        "contact": contact,
        "stage": stage,
    })))
}
