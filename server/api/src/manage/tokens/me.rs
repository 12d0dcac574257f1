//! `GET /me`: who a token acts for.

use axum::http::Method;
use muster_core::policy::Action;
use muster_core::token::action_name;
use serde_json::{Value, json};

use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/me",
    id: "showMe",
    tag: super::TAG,
    summary: "Who you are and what you may do",
    notes: "`scope` has the conditions of the devices you see: those that any of them keeps. An empty condition keeps all.",
    need: Need::Token,
    parameters: &[],
    body: None,
    answer: Answer::ok("You.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::object(&[
        ("person", schema::or_null(schema::count())),
        ("name", schema::or_null(schema::any_text())),
        ("token", schema::or_null(schema::any_text())),
        ("actions", schema::array(schema::any_text())),
        ("scope", schema::array(schema::any_text())),
    ])
}

async fn run(call: Call) -> Outcome {
    let access = &call.access;
    let actions: Vec<String> = Action::ALL
        .iter()
        .copied()
        .filter(|action| access.can(*action))
        .map(action_name)
        .collect();
    let scope = access.scope(Action::SeeDevices);
    let scope: Vec<String> = scope.conditions().iter().map(ToString::to_string).collect();
    Ok(Reply::of(json!({
        "person": access.person().map(|person| person.id),
        "name": access.person().map(|person| &person.name),
        "token": access.token(),
        "actions": actions,
        "scope": scope,
    })))
}
