//! `POST /approvals/{approval}/withdraw`: taking one's own request back.

use axum::http::{Method, StatusCode};
use serde_json::Value;

use super::approval;
use crate::manage::call::Call;
use crate::manage::parameter::APPROVAL;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::POST,
    path: "/approvals/{approval}/withdraw",
    id: "withdrawApproval",
    tag: super::TAG,
    summary: "Take your own request back",
    notes: "",
    need: Need::Token,
    parameters: &[&APPROVAL],
    body: None,
    answer: Answer::ok("The request as it is now.", answer),
    also: &[StatusCode::FORBIDDEN, StatusCode::CONFLICT],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::named("Approval")
}

async fn run(call: Call) -> Outcome {
    let id = call.approval()?;
    let withdrawn = call.hub.withdraw_approval(&call.access, id).await?;
    Ok(Reply::of(
        approval(&call.hub, &call.access, &withdrawn).await,
    ))
}
