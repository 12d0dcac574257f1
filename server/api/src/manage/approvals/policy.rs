//! `GET /approval-policy`: what needs a second person.

use axum::http::Method;
use serde_json::Value;

use super::policy_json;
use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/approval-policy",
    id: "showApprovalPolicy",
    tag: super::TAG,
    summary: "What needs a second person",
    notes: "",
    need: Need::Token,
    parameters: &[],
    body: None,
    answer: Answer::ok("The rules.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::named("ApprovalPolicy")
}

async fn run(call: Call) -> Outcome {
    let policy = call.hub.approval_policy().await?;
    Ok(Reply::of(policy_json(&policy)))
}
