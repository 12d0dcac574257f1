//! `GET /alert-rules/{rule}`: one rule.

use axum::http::Method;
use muster_core::policy::Action;
use muster_service::access::kinds::SeeDevices;

use super::{RULE, TAG, rule_answer, rule_of, rule_shown};
use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/alert-rules/{rule}",
    id: "showAlertRule",
    tag: TAG,
    summary: "One rule of alerts",
    notes: "",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&RULE],
    body: None,
    answer: Answer::ok("The rule.", rule_answer).tagged(),
    also: &[],
    run: |call| Box::pin(run(call)),
};

async fn run(call: Call) -> Outcome {
    let permit = call.permit::<SeeDevices>()?;
    let rule = call.hub.alert_rule(&permit, rule_of(&call)?)?;
    Ok(Reply::of(rule_shown(&rule)).tagged(rule.etag))
}
