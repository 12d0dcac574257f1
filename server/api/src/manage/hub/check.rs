//! `GET /hub/check`: faults in the database.

use axum::http::Method;
use muster_core::policy::Action;
use muster_service::access::kinds::ManageHub;
use serde_json::{Value, json};

use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/hub/check",
    id: "checkHub",
    tag: super::TAG,
    summary: "Look for faults in the database",
    notes: "An empty list is good news. Reads the whole audit trail: not for every minute.",
    need: Need::Action(Action::ManageHub),
    parameters: &[],
    body: None,
    answer: Answer::ok("What is wrong, and how to mend it.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    let finding = schema::object(&[
        ("subject", schema::any_text()),
        ("problem", schema::any_text()),
        ("remedy", schema::any_text()),
    ]);
    schema::object(&[("items", schema::array(finding))])
}

async fn run(call: Call) -> Outcome {
    let permit = call.permit::<ManageHub>()?;
    let findings = call.hub.check(&permit).await?;
    Ok(Reply::of(wire::list(findings, |finding| {
        json!({
            "subject": finding.subject,
            "problem": finding.problem,
            "remedy": finding.remedy,
        })
    })))
}
