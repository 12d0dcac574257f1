//! `GET /audit`: what people did.

use axum::http::{Method, StatusCode};
use muster_core::policy::Action;
use muster_service::access::kinds::SeeAudit;
use serde_json::Value;

use crate::manage::call::Call;
use crate::manage::parameter::{CURSOR, LIMIT};
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/audit",
    id: "listAudit",
    tag: super::TAG,
    summary: "The audit trail, newest first",
    notes: "The acts of people, of their tokens, and of the command line.",
    need: Need::Action(Action::SeeAudit),
    parameters: &[&LIMIT, &CURSOR],
    body: None,
    answer: Answer::ok("A page of events.", answer),
    also: &[StatusCode::UNPROCESSABLE_ENTITY],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::page_of("Event")
}

async fn run(call: Call) -> Outcome {
    let permit = call.permit::<SeeAudit>()?;
    let page = call.hub.audit(&permit, call.cursor(), call.limit()).await?;
    Ok(Reply::of(wire::page(page, wire::event)))
}
