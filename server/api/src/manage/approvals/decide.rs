//! `POST /approvals/{approval}/decision`: yes or no.

use axum::http::{Method, StatusCode};
use muster_core::approval::MAX_COMMENT;
use muster_core::policy::Action;
use muster_service::access::kinds::ApproveOperations;
use serde::Deserialize;
use serde_json::Value;

use super::approval;
use crate::manage::call::Call;
use crate::manage::parameter::APPROVAL;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::POST,
    path: "/approvals/{approval}/decision",
    id: "decideApproval",
    tag: super::TAG,
    summary: "Approve or refuse a request",
    notes: "What is approved is done at once. Never one's own request, also not through a token. A refusal needs a \
            `comment`.",
    need: Need::Action(Action::ApproveOperations),
    parameters: &[&APPROVAL],
    body: Some(body),
    answer: Answer::ok("The request as it is now.", answer),
    also: &[StatusCode::CONFLICT],
    run: |call| Box::pin(run(call)),
};

fn body() -> Value {
    schema::closed(
        &[
            ("approve", schema::flag()),
            ("comment", schema::text(MAX_COMMENT)),
        ],
        &["approve"],
    )
}

fn answer() -> Value {
    schema::named("Approval")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    approve: bool,
    #[serde(default)]
    comment: String,
}

async fn run(call: Call) -> Outcome {
    let body: Body = call.body()?;
    let permit = call.permit::<ApproveOperations>()?;
    let id = call.approval()?;
    let decided = call
        .hub
        .decide_approval(&permit, id, body.approve, &body.comment)
        .await?;
    Ok(Reply::of(approval(&call.hub, &call.access, &decided).await))
}
