//! `POST /operations/{operation}/overrides`: letting devices pass a gate.

use axum::http::{Method, StatusCode};
use muster_core::ids::DeviceId;
use muster_core::operation::MAX_GATES;
use muster_core::policy::Action;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{OPERATION, TAG};
use crate::manage::call::Call;
use crate::manage::parameter::device_id;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema::{closed, count, object, text};

/// Longest reason, in characters.
const MAX_REASON: usize = 500;

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::POST,
    path: "/operations/{operation}/overrides",
    id: "overrideGate",
    tag: TAG,
    summary: "Let devices pass a gate that holds them",
    notes: "`gate` is its place in `plan.how.gates`, from 0; with `device` only that one passes. The audit trail keeps \
            the reason.",
    need: Need::Action(Action::OverrideGates),
    parameters: &[&OPERATION],
    body: Some(body),
    answer: Answer::ok("How many devices were let through.", answer),
    also: &[StatusCode::CONFLICT],
    run: |call| Box::pin(run(call)),
};

fn body() -> Value {
    let gate = json!({ "type": "integer", "minimum": 0, "maximum": MAX_GATES - 1 });
    closed(
        &[
            ("gate", gate),
            ("device", device_id()),
            ("reason", text(MAX_REASON)),
        ],
        &["gate", "reason"],
    )
}

fn answer() -> Value {
    object(&[("devices", count())])
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    gate: u8,
    #[serde(default)]
    device: Option<DeviceId>,
    reason: String,
}

async fn run(call: Call) -> Outcome {
    let body: Body = call.body()?;
    let id = call.operation()?;
    let devices = call
        .hub
        .override_gate(&call.permit()?, id, body.gate, body.device, &body.reason)
        .await?;
    Ok(Reply::of(json!({ "devices": devices })))
}
