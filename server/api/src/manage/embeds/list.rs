//! `GET /embeds`: one's own.

use axum::http::Method;
use muster_core::policy::Action;
use muster_service::access::kinds::KeepEmbeds;
use serde_json::Value;

use super::{TAG, described};
use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/embeds",
    id: "listEmbeds",
    tag: TAG,
    summary: "Your embeds and share links, newest first",
    notes: "Also those that ended within the last month. Administrators see everybody's.",
    need: Need::Action(Action::KeepEmbeds),
    parameters: &[],
    body: None,
    answer: Answer::ok("The embeds.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::list_of("Embed")
}

async fn run(call: Call) -> Outcome {
    let permit = call.permit::<KeepEmbeds>()?;
    let embeds = call.hub.embeds(&permit).await?;
    Ok(Reply::of(wire::list(&embeds, described)))
}
