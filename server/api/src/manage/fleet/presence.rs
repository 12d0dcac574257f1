//! `GET /presence`: how the fleet kept in touch.

use axum::http::Method;
use muster_core::policy::Action;
use serde_json::{Value, json};

use crate::manage::call::Call;
use crate::manage::parameter::{FROM, TO};
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/presence",
    id: "readPresence",
    tag: super::TAG,
    summary: "How the fleet kept in touch over time",
    notes: "Samples of the part of the fleet that your person sees, oldest first, at most 10,080. What was not sampled is \
            a gap; a token that is narrowed to a part of its own has no samples.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&FROM, &TO],
    body: None,
    answer: Answer::ok("The samples.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    let sample = schema::object(&[
        ("time", schema::time()),
        ("connected", schema::count()),
        ("reporting", schema::count()),
        ("asleep", schema::count()),
        ("overdue", schema::count()),
        ("silent", schema::count()),
        ("neverSeen", schema::count()),
    ]);
    schema::object(&[("items", schema::array(sample))])
}

async fn run(call: Call) -> Outcome {
    let (from, to) = call.range();
    let samples = call.hub.presence_history(&call.access, from, to).await?;
    Ok(Reply::of(wire::list(samples, |sample| {
        json!({
            "time": sample.at.to_string(),
            "connected": sample.connected,
            "reporting": sample.reporting,
            "asleep": sample.asleep,
            "overdue": sample.overdue,
            "silent": sample.silent,
            "neverSeen": sample.never_seen,
        })
    })))
}
