//! `GET /tokens`: one's own tokens.

use axum::http::Method;
use serde_json::Value;

use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/tokens",
    id: "listTokens",
    tag: super::TAG,
    summary: "Your tokens, newest first",
    notes: "Those in use, at most 50, and those that ended within the last 30 days.",
    need: Need::Token,
    parameters: &[],
    body: None,
    answer: Answer::ok("The tokens.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::list_of("Token")
}

async fn run(call: Call) -> Outcome {
    let now = call.hub.now();
    let tokens = call.hub.own_tokens(&call.access).await?;
    Ok(Reply::of(wire::list(&tokens, |token| {
        wire::token(token, now)
    })))
}
