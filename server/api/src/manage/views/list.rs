//! `GET /views`: lists that people keep.

use axum::http::Method;
use muster_core::policy::Action;
use serde_json::Value;

use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/views",
    id: "listViews",
    tag: super::TAG,
    summary: "Your saved views and the shared ones, by name",
    notes: "`query` is the part of the fleet page's address behind the question mark.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[],
    body: None,
    answer: Answer::ok("The views.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::list_of("View")
}

async fn run(call: Call) -> Outcome {
    let views = call.hub.views(&call.access).await?;
    Ok(Reply::of(wire::list(&views, wire::view)))
}
