//! `GET /alert-rules`: what watches devices.

use axum::http::Method;
use muster_core::policy::Action;
use muster_service::access::kinds::SeeDevices;
use serde_json::Value;

use super::{TAG, rule_shown};
use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/alert-rules",
    id: "listAlertRules",
    tag: TAG,
    summary: "The rules of alerts, by name",
    notes: "All of them: there are at most 200.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[],
    body: None,
    answer: Answer::ok("The rules.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::list_of("AlertRule")
}

async fn run(call: Call) -> Outcome {
    let permit = call.permit::<SeeDevices>()?;
    let rules = call.hub.alert_rules(&permit);
    Ok(Reply::of(wire::list(&rules, rule_shown)))
}
