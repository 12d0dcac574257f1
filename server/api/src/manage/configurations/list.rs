//! `GET /configurations`: all of them.

use axum::http::Method;
use muster_core::policy::Action;
use muster_service::access::kinds::SeeDevices;
use serde_json::{Value, json};

use super::{TAG, shown};
use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/configurations",
    id: "listConfigurations",
    tag: TAG,
    summary: "All configurations, the highest priority first",
    notes: "Counts are of the devices in your scope. Drifted are applied devices whose reported properties differ from desired ones.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[],
    body: None,
    answer: Answer::ok("The configurations.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::list_of("Configuration")
}

async fn run(call: Call) -> Outcome {
    let permit = call.permit::<SeeDevices>()?;
    let mut items = Vec::new();
    for one in call.hub.configurations(&permit) {
        items.push(shown(&call, &one).await?);
    }
    Ok(Reply::of(json!({ "items": items })))
}
