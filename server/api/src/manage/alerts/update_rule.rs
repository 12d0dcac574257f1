//! `PUT /alert-rules/{rule}`: all of it anew.

use axum::http::{Method, StatusCode};
use muster_core::device::IfMatch;
use muster_core::policy::Action;
use muster_service::access::kinds::KeepAlertRules;

use super::{Body, RULE, TAG, body, rule_answer, rule_of, rule_shown};
use crate::manage::call::Call;
use crate::manage::parameter::IF_MATCH;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::PUT,
    path: "/alert-rules/{rule}",
    id: "updateAlertRule",
    tag: TAG,
    summary: "Change a rule of alerts",
    notes: "Its alerts follow at once.",
    need: Need::Action(Action::KeepAlertRules),
    parameters: &[&RULE, &IF_MATCH],
    body: Some(body),
    answer: Answer::ok("The rule as it is now.", rule_answer).tagged(),
    also: &[StatusCode::PRECONDITION_FAILED, StatusCode::CONFLICT],
    run: |call| Box::pin(run(call)),
};

async fn run(call: Call) -> Outcome {
    let body: Body = call.body()?;
    let permit = call.permit::<KeepAlertRules>()?;
    let if_match = call.if_match().unwrap_or(IfMatch::Any);
    let hub = &call.hub;
    let rule = hub.update_alert_rule(&permit, rule_of(&call)?, if_match, body.into());
    let rule = rule.await?;
    Ok(Reply::of(rule_shown(&rule)).tagged(rule.etag))
}
