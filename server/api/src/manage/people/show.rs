//! `GET /people/{person}`: one account.

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
    path: "/people/{person}",
    id: "showPerson",
    tag: super::TAG,
    summary: "One account",
    notes: "",
    need: Need::Action(Action::ManagePeople),
    parameters: &[&PERSON],
    body: None,
    answer: Answer::ok("The account.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::named("Person")
}

async fn run(call: Call) -> Outcome {
    let permit = call.permit::<ManagePeople>()?;
    let person = call.hub.person(&permit, call.person()?).await?;
    Ok(Reply::of(wire::person(&person)))
}
