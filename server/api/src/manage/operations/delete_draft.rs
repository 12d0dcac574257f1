//! `DELETE /operations/drafts/{draft}`.

use axum::http::{Method, StatusCode};
use muster_core::policy::Action;

use super::{DRAFT, TAG};
use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::DELETE,
    path: "/operations/drafts/{draft}",
    id: "deleteDraft",
    tag: TAG,
    summary: "Delete a draft",
    notes: "",
    need: Need::Action(Action::RunOperations),
    parameters: &[&DRAFT],
    body: None,
    answer: Answer::nothing("It is gone."),
    also: &[StatusCode::UNPROCESSABLE_ENTITY],
    run: |call| Box::pin(run(call)),
};

async fn run(call: Call) -> Outcome {
    let id = call.draft()?;
    call.hub.delete_draft(&call.permit()?, id).await?;
    Ok(Reply::nothing())
}
