//! `GET /approvals/{approval}`: one request.

use axum::http::Method;
use serde_json::Value;

use super::approval;
use crate::manage::call::Call;
use crate::manage::parameter::APPROVAL;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/approvals/{approval}",
    id: "showApproval",
    tag: super::TAG,
    summary: "One request for approval",
    notes: "",
    need: Need::Token,
    parameters: &[&APPROVAL],
    body: None,
    answer: Answer::ok("The request.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::named("Approval")
}

async fn run(call: Call) -> Outcome {
    let found = call.hub.approval(&call.access, call.approval()?).await?;
    Ok(Reply::of(approval(&call.hub, &call.access, &found).await))
}
