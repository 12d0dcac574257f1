//! `GET /devices/{id}`: one device.

use axum::http::Method;
use muster_core::policy::Action;
use muster_service::access::kinds::{SeeCredentials, SeeDevices};
use serde_json::Value;

use crate::manage::call::Call;
use crate::manage::parameter::DEVICE;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/devices/{id}",
    id: "showDevice",
    tag: super::TAG,
    summary: "One device with its connection",
    notes: "A device outside your scope does not exist for you: the answer is 404.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&DEVICE],
    body: None,
    answer: Answer::ok("The device.", answer).tagged(),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::named("Device")
}

async fn run(call: Call) -> Outcome {
    let permit = call.permit_device::<SeeDevices>()?;
    let credentials = call.permit_device::<SeeCredentials>().is_ok();
    let view = call.hub.device(&permit).await?;
    let body = wire::device(&view.device, view.connection.as_ref(), credentials);
    Ok(Reply::of(body).tagged(view.device.etag))
}
