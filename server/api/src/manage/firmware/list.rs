//! `GET /firmware`: all artifacts.

use axum::http::Method;
use muster_core::policy::Action;
use muster_service::access::kinds::SeeDevices;
use serde_json::Value;

use super::{TAG, wire};
use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/firmware",
    id: "listFirmware",
    tag: TAG,
    summary: "The firmware that this hub keeps, the newest first",
    notes: "",
    need: Need::Action(Action::SeeDevices),
    parameters: &[],
    body: None,
    answer: Answer::ok("The artifacts.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::list_of("Firmware")
}

async fn run(call: Call) -> Outcome {
    let permit = call.permit::<SeeDevices>()?;
    let all = call.hub.artifacts(&permit).await?;
    let list = crate::manage::wire::list(&all, |artifact| wire(&call.hub, artifact));
    Ok(Reply::of(list))
}
