//! `GET /events`: what happened lately.

use axum::http::Method;
use muster_core::policy::Action;
use serde_json::Value;

use crate::manage::call::Call;
use crate::manage::parameter::LIMIT;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/events",
    id: "listEvents",
    tag: super::TAG,
    summary: "The newest events on devices in your scope",
    notes: "Without what devices do all day: reports, connects, disconnects. Looks back at 2,000 events, so a small scope \
            may answer with fewer than `limit`.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&LIMIT],
    body: None,
    answer: Answer::ok("The events, newest first.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::list_of("Event")
}

async fn run(call: Call) -> Outcome {
    let events = call.hub.latest_events(&call.access, call.limit()).await?;
    Ok(Reply::of(wire::list(&events, wire::event)))
}
