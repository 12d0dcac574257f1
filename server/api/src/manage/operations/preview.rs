//! `POST /operations/preview`: what a plan would do, without doing it.

use axum::http::Method;
use muster_core::policy::Action;
use serde_json::Value;

use super::{TAG, plan, wire};
use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::POST,
    path: "/operations/preview",
    id: "previewOperation",
    tag: TAG,
    summary: "What a plan would do, without doing it",
    notes: "Targets with a sample, exclusions with reasons, conflicts with running operations, waves, warnings, and \
            whether a second person has to agree. Of `excluded`, those with `amongTargets` are counted in `targets`: \
            nothing happens to them. What a device has and runs is looked at for the first 10,000 targets.",
    need: Need::Action(Action::RunOperations),
    parameters: &[],
    body: Some(plan::body),
    answer: Answer::ok("The preview.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::named("OperationPreview")
}

async fn run(call: Call) -> Outcome {
    let asked = plan::read(&call)?;
    let preview = call
        .hub
        .preview_operation(&call.permit()?, &asked.plan)
        .await?;
    Ok(Reply::of(wire::preview(&preview)))
}
