//! `GET /operations/drafts`: plans that one prepares.

use axum::http::{Method, StatusCode};
use muster_core::policy::Action;
use muster_service::operations::Draft;
use serde_json::{Value, json};

use super::TAG;
use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/operations/drafts",
    id: "listDrafts",
    tag: TAG,
    summary: "Your drafts, newest first",
    notes: "The hub does not look into drafts.",
    need: Need::Action(Action::RunOperations),
    parameters: &[],
    body: None,
    answer: Answer::ok("The drafts.", answer),
    also: &[StatusCode::UNPROCESSABLE_ENTITY],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::list_of("Draft")
}

async fn run(call: Call) -> Outcome {
    let drafts = call.hub.drafts(&call.permit()?).await?;
    Ok(Reply::of(wire::list(&drafts, draft)))
}

fn draft(draft: &Draft) -> Value {
    json!({
        "draft": draft.id,
        "body": draft.body,
        "changedTime": draft.changed_at.to_string(),
    })
}
