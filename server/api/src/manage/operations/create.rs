//! `POST /operations`: handing in a plan.

use axum::http::{Method, StatusCode};
use muster_core::policy::Action;
use serde_json::Value;

use super::{TAG, plan, wire};
use crate::manage::PREFIX;
use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::POST,
    path: "/operations",
    id: "createOperation",
    tag: TAG,
    summary: "Hand in a plan",
    notes: "It runs at its time, or waits for a second person first: `state` says which. Devices on which you may not do \
            this are left out. Only `title`, `task` and `target` have to be given. What it would do, `previewOperation` \
            tells.",
    need: Need::Action(Action::RunOperations),
    parameters: &[],
    body: Some(plan::body),
    answer: Answer::created("The operation.", answer),
    also: &[StatusCode::CONFLICT],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::named("Operation")
}

async fn run(call: Call) -> Outcome {
    let asked = plan::read(&call)?;
    let made = call
        .hub
        .create_operation(&call.permit()?, asked.plan, asked.job_id)
        .await?;
    let location = format!("{PREFIX}/operations/{}", made.id);
    Ok(Reply::of(wire::operation(&made)).at(location))
}
