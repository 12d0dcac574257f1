//! `GET /devices/{id}/operations`: what was done to a device.

use axum::http::{Method, StatusCode};
use muster_core::policy::Action;
use muster_service::access::kinds::SeeDevices;
use serde_json::{Value, json};

use super::{TAG, wire};
use crate::manage::call::Call;
use crate::manage::parameter::{CURSOR, DEVICE, LIMIT};
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire as shared};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/devices/{id}/operations",
    id: "listOperationsOfDevice",
    tag: TAG,
    summary: "The operations that a device is a target of, newest first",
    notes: "",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&DEVICE, &LIMIT, &CURSOR],
    body: None,
    answer: Answer::ok("A page of operations, each with the device in it.", answer),
    also: &[StatusCode::UNPROCESSABLE_ENTITY],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    let item = schema::object(&[
        ("operation", schema::named("Operation")),
        ("target", schema::named("Target")),
    ]);
    schema::page(item)
}

async fn run(call: Call) -> Outcome {
    let device = call.permit_device::<SeeDevices>()?.device().clone();
    let page = call
        .hub
        .device_operations(&call.access, &device, call.limit(), call.cursor())
        .await?;
    Ok(Reply::of(shared::page(
        page,
        |(operation, target)| json!({ "operation": wire::operation(operation), "target": wire::target(target) }),
    )))
}
