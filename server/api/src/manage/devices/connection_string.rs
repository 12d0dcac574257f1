//! `POST /devices/{id}/connection-string`: what a device connects with.

use axum::http::Method;
use muster_core::key::Slot;
use muster_core::policy::Action;
use muster_service::access::kinds::SeeCredentials;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::manage::call::Call;
use crate::manage::parameter::DEVICE;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::POST,
    path: "/devices/{id}/connection-string",
    id: "showDeviceConnectionString",
    tag: super::TAG,
    summary: "What a device connects with",
    notes: "A secret; that it was shown stands in the audit trail.",
    need: Need::Action(Action::SeeCredentials),
    parameters: &[&DEVICE],
    body: Some(body),
    answer: Answer::ok("The connection string.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn body() -> Value {
    schema::closed(&[("slot", schema::words(["primary", "secondary"]))], &[])
}

fn answer() -> Value {
    schema::named("Secret")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    #[serde(default)]
    slot: Slot,
}

async fn run(call: Call) -> Outcome {
    let body: Body = call.body()?;
    let permit = call.permit_device::<SeeCredentials>()?;
    let text = call.hub.device_connection_string(permit, body.slot).await?;
    Ok(Reply::of(json!({ "connectionString": text })))
}
