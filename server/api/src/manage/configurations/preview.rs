//! `POST /configurations/preview`: what one would do.

use axum::http::Method;
use muster_core::ids::ConfigurationId;
use muster_core::policy::Action;
use muster_service::access::kinds::SeeDevices;
use serde_json::{Value, json};

use super::{Body, TAG, body};
use crate::manage::call::Call;
use crate::manage::parameter::{Kind, Parameter, device_id};
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

static INSTEAD_OF: Parameter = Parameter::query(
    "insteadOf",
    Kind::Text(128),
    "The configuration whose place it would take; a new one without.",
    "ring2",
);

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::POST,
    path: "/configurations/preview",
    id: "previewConfiguration",
    tag: TAG,
    summary: "Work out what a configuration would do, without keeping it",
    notes: "Of the devices in your scope. The figures behind `matching` are of the first `lookedAt` of them.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&INSTEAD_OF],
    body: Some(body),
    answer: Answer::ok("What it would do.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    let sample = schema::object(&[("deviceId", device_id()), ("patch", schema::free_object())]);
    schema::object(&[
        ("matching", schema::count()),
        ("lookedAt", schema::count()),
        ("changing", schema::count()),
        ("losing", schema::count()),
        ("sample", schema::array(sample)),
    ])
}

async fn run(call: Call) -> Outcome {
    let body: Body = call.body()?;
    let draft = body.draft()?;
    let permit = call.permit::<SeeDevices>()?;
    let instead_of = call.text(&INSTEAD_OF);
    let instead_of = instead_of.and_then(|id| ConfigurationId::new(id).ok());
    let found = call
        .hub
        .preview_configuration(&permit, instead_of.as_ref(), &draft)
        .await?;
    let sample = found.sample.iter();
    let sample = sample.map(|one| json!({ "deviceId": one.device, "patch": one.patch }));
    Ok(Reply::of(json!({
        "matching": found.matching,
        "lookedAt": found.looked_at,
        "changing": found.changing,
        "losing": found.losing,
        "sample": sample.collect::<Vec<_>>(),
    })))
}
