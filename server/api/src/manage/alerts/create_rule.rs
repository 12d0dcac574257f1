//! `POST /alert-rules`: a rule that watches from now on.

use axum::http::{Method, StatusCode};
use muster_core::policy::Action;
use muster_service::access::kinds::KeepAlertRules;

use super::{Body, TAG, body, rule_answer, rule_shown};
use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::POST,
    path: "/alert-rules",
    id: "createAlertRule",
    tag: TAG,
    summary: "Make a rule of alerts",
    notes: "`condition`, `clear` and `scope` are conditions of the query language. Your scope must be the whole fleet.",
    need: Need::Action(Action::KeepAlertRules),
    parameters: &[],
    body: Some(body),
    answer: Answer::created("The rule.", rule_answer).tagged(),
    also: &[StatusCode::CONFLICT],
    run: |call| Box::pin(run(call)),
};

async fn run(call: Call) -> Outcome {
    let body: Body = call.body()?;
    let permit = call.permit::<KeepAlertRules>()?;
    let rule = call.hub.create_alert_rule(&permit, body.into()).await?;
    let place = format!("{}/alert-rules/{}", crate::manage::PREFIX, rule.id);
    Ok(Reply::of(rule_shown(&rule)).at(place).tagged(rule.etag))
}
