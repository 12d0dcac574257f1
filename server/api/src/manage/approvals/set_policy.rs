//! `PUT /approval-policy`: other rules of approval.

use axum::http::{Method, StatusCode};
use muster_core::approval::ApprovalPolicy;
use muster_core::policy::Action;
use muster_service::Asked;
use muster_service::access::kinds::ManageHub;
use serde_json::{Value, json};

use super::{approval, policy_json, policy_schema};
use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::PUT,
    path: "/approval-policy",
    id: "setApprovalPolicy",
    tag: super::TAG,
    summary: "Change what needs a second person",
    notes: "More than `devices` devices or more than `percent` of the fleet need one: `devices` 0 is always, null never. \
            Acts that are not named get their usual threshold. When less would need approval than before and there is \
            another administrator, the change waits for them: `approval` is the request.",
    need: Need::Action(Action::ManageHub),
    parameters: &[],
    body: Some(policy_schema),
    answer: Answer::ok(
        "The rules as they are now, and the request that waits.",
        answer,
    ),
    also: &[StatusCode::CONFLICT],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::object(&[
        ("policy", schema::named("ApprovalPolicy")),
        ("approval", schema::or_null(schema::named("Approval"))),
    ])
}

async fn run(call: Call) -> Outcome {
    let policy: ApprovalPolicy = call.body()?;
    let permit = call.permit::<ManageHub>()?;
    let waits = match call.hub.set_approval_policy(&permit, policy).await? {
        Asked::Done(_) => None,
        Asked::Waits(waits) => Some(waits),
    };
    let now = call.hub.approval_policy().await?;
    let waits = match waits {
        Some(waits) => Some(approval(&call.hub, &call.access, &waits).await),
        None => None,
    };
    Ok(Reply::of(json!({
        "policy": policy_json(&now),
        "approval": waits,
    })))
}
