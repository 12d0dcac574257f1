//! `GET /devices/{id}/alerts`: the open alerts of a device.

use axum::http::Method;
use muster_core::policy::Action;
use muster_service::access::kinds::SeeDevices;
use serde_json::Value;

use super::{TAG, shown};
use crate::manage::call::Call;
use crate::manage::parameter::DEVICE;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/devices/{id}/alerts",
    id: "listDeviceAlerts",
    tag: TAG,
    summary: "The open and acknowledged alerts of a device, the worst first",
    notes: "",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&DEVICE],
    body: None,
    answer: Answer::ok("The alerts.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::list_of("Alert")
}

async fn run(call: Call) -> Outcome {
    let permit = call.permit_device::<SeeDevices>()?;
    let found = call.hub.alerts_of_device(&permit);
    Ok(Reply::of(wire::list(&found, shown)))
}
