//! `GET /hub`: how the hub is.

use axum::http::Method;
use muster_core::policy::Action;
use muster_service::access::kinds::ManageHub;
use serde_json::{Value, json};

use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/hub",
    id: "showHub",
    tag: super::TAG,
    summary: "How the hub is",
    notes: "`writerMilliseconds` is how long a round trip through the database took just now.",
    need: Need::Action(Action::ManageHub),
    parameters: &[],
    body: None,
    answer: Answer::ok("The facts.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::object(&[
        ("version", schema::any_text()),
        ("hostName", schema::any_text()),
        ("connected", schema::count()),
        ("lastBackupTime", schema::or_null(schema::time())),
        (
            "writerMilliseconds",
            json!({ "type": "number", "minimum": 0 }),
        ),
    ])
}

async fn run(call: Call) -> Outcome {
    let permit = call.permit::<ManageHub>()?;
    let facts = call.hub.facts(&permit).await?;
    Ok(Reply::of(json!({
        "version": facts.version,
        "hostName": facts.hostname,
        "connected": facts.connected,
        "lastBackupTime": wire::time(facts.last_backup_at),
        "writerMilliseconds": facts.writer.as_secs_f64() * 1000.0,
    })))
}
