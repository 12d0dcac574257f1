//! `POST /policies/{policy}/connection-string`: what tools connect with.

use axum::http::Method;
use muster_core::access::PolicyName;
use muster_core::policy::Action;
use muster_service::access::kinds::ManageHub;
use serde_json::{Value, json};

use crate::manage::call::Call;
use crate::manage::parameter::{Kind, Parameter};
use crate::manage::problem::Problem;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

static POLICY: Parameter = Parameter::path(
    "policy",
    Kind::Word(&[
        "iothubowner",
        "service",
        "device",
        "registryRead",
        "registryReadWrite",
    ]),
    "The shared access policy.",
    "service",
);

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::POST,
    path: "/policies/{policy}/connection-string",
    id: "showPolicyConnectionString",
    tag: super::TAG,
    summary: "What tools connect with",
    notes: "A secret; that it was shown stands in the audit trail.",
    need: Need::Action(Action::ManageHub),
    parameters: &[&POLICY],
    body: None,
    answer: Answer::ok("The connection string.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::named("Secret")
}

async fn run(call: Call) -> Outcome {
    let name = call.text(&POLICY).and_then(|name| name.parse().ok());
    let name: PolicyName = name.ok_or_else(Problem::not_found)?;
    let permit = call.permit::<ManageHub>()?;
    let text = call.hub.policy_connection_string(permit, name).await?;
    Ok(Reply::of(json!({ "connectionString": text })))
}
