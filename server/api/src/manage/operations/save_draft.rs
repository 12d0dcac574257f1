//! `POST /operations/drafts`, `PUT /operations/drafts/{draft}`: keeping a draft.

use axum::http::Method;
use muster_core::policy::Action;
use serde_json::{Map, Value, json};

use super::{DRAFT, TAG};
use crate::manage::PREFIX;
use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

pub(in crate::manage) static CREATE: Route = Route {
    method: Method::POST,
    path: "/operations/drafts",
    id: "createDraft",
    tag: TAG,
    summary: "Keep a new draft",
    notes: "Any JSON object of at most 256 KiB; up to 50 drafts.",
    need: Need::Action(Action::RunOperations),
    parameters: &[],
    body: Some(schema::free_object),
    answer: Answer::created("The draft's number.", answer),
    also: &[],
    run: |call| Box::pin(create(call)),
};

pub(in crate::manage) static REPLACE: Route = Route {
    method: Method::PUT,
    path: "/operations/drafts/{draft}",
    id: "replaceDraft",
    tag: TAG,
    summary: "Keep a draft as it is now",
    notes: "",
    need: Need::Action(Action::RunOperations),
    parameters: &[&DRAFT],
    body: Some(schema::free_object),
    answer: Answer::ok("The draft's number.", answer),
    also: &[],
    run: |call| Box::pin(replace(call)),
};

fn answer() -> Value {
    schema::object(&[("draft", schema::count())])
}

async fn create(call: Call) -> Outcome {
    let body: Map<String, Value> = call.body()?;
    let id = call
        .hub
        .save_draft(&call.permit()?, None, body.into())
        .await?;
    Ok(Reply::of(json!({ "draft": id })).at(format!("{PREFIX}/operations/drafts")))
}

async fn replace(call: Call) -> Outcome {
    let body: Map<String, Value> = call.body()?;
    let id = call.draft()?;
    call.hub
        .save_draft(&call.permit()?, Some(id), body.into())
        .await?;
    Ok(Reply::of(json!({ "draft": id })))
}
