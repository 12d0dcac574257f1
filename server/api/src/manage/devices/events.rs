//! `GET /devices/{id}/events`: what happened to a device.

use axum::http::{Method, StatusCode};
use muster_core::policy::Action;
use muster_service::access::kinds::SeeDevices;
use serde_json::Value;

use crate::manage::call::Call;
use crate::manage::parameter::{CURSOR, DEVICE, LIMIT};
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/devices/{id}/events",
    id: "listDeviceEvents",
    tag: super::TAG,
    summary: "What happened to a device, newest first",
    notes: "",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&DEVICE, &LIMIT, &CURSOR],
    body: None,
    answer: Answer::ok("A page of events.", answer),
    also: &[StatusCode::UNPROCESSABLE_ENTITY],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::page_of("Event")
}

async fn run(call: Call) -> Outcome {
    let permit = call.permit_device::<SeeDevices>()?;
    let page = call
        .hub
        .timeline(&permit, call.cursor(), call.limit())
        .await?;
    Ok(Reply::of(wire::page(page, wire::event)))
}
