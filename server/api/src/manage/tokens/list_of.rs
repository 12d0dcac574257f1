//! `GET /people/{person}/tokens`: somebody's tokens.

use axum::http::Method;
use muster_core::policy::Action;
use muster_service::access::kinds::ManagePeople;
use serde_json::Value;

use crate::manage::call::Call;
use crate::manage::parameter::PERSON;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/people/{person}/tokens",
    id: "listTokensOf",
    tag: super::TAG,
    summary: "Somebody's tokens, newest first",
    notes: "",
    need: Need::Action(Action::ManagePeople),
    parameters: &[&PERSON],
    body: None,
    answer: Answer::ok("The tokens.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::list_of("Token")
}

async fn run(call: Call) -> Outcome {
    let permit = call.permit::<ManagePeople>()?;
    let now = call.hub.now();
    let tokens = call.hub.tokens_of(&permit, call.person()?).await?;
    Ok(Reply::of(wire::list(&tokens, |token| {
        wire::token(token, now)
    })))
}
