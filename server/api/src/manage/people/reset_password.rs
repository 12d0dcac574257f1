//! `POST /people/{person}/password-reset`: a temporary password.

use axum::http::Method;
use muster_core::policy::Action;
use muster_service::access::kinds::ManagePeople;
use serde_json::{Value, json};

use crate::manage::call::Call;
use crate::manage::parameter::PERSON;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::POST,
    path: "/people/{person}/password-reset",
    id: "resetPassword",
    tag: super::TAG,
    summary: "Give an account a temporary password",
    notes: "It is in this answer and nowhere else. The person's sessions end, and their tokens rest until the password \
            is changed.",
    need: Need::Action(Action::ManagePeople),
    parameters: &[&PERSON],
    body: None,
    answer: Answer::ok("The password.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::object(&[("temporaryPassword", schema::any_text())])
}

async fn run(call: Call) -> Outcome {
    let permit = call.permit::<ManagePeople>()?;
    let password = call.hub.reset_password(&permit, call.person()?).await?;
    Ok(Reply::of(json!({ "temporaryPassword": password })))
}
