//! `DELETE /alert-rules/{rule}`: the end of one.

use axum::http::{Method, StatusCode};
use muster_core::policy::Action;
use muster_service::access::kinds::KeepAlertRules;

use super::{RULE, TAG, rule_of};
use crate::manage::call::Call;
use crate::manage::parameter::IF_MATCH;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::DELETE,
    path: "/alert-rules/{rule}",
    id: "deleteAlertRule",
    tag: TAG,
    summary: "Delete a rule of alerts",
    notes: "Its open alerts end; what happened stays on record.",
    need: Need::Action(Action::KeepAlertRules),
    parameters: &[&RULE, &IF_MATCH],
    body: None,
    answer: Answer::nothing("It is deleted."),
    also: &[
        StatusCode::PRECONDITION_FAILED,
        StatusCode::UNPROCESSABLE_ENTITY,
    ],
    run: |call| Box::pin(run(call)),
};

async fn run(call: Call) -> Outcome {
    let permit = call.permit::<KeepAlertRules>()?;
    let (id, if_match) = (rule_of(&call)?, call.if_match());
    call.hub.delete_alert_rule(&permit, id, if_match).await?;
    Ok(Reply::nothing())
}
