//! `GET /approvals`: what waits for a second person, and what became of it.

use axum::http::{Method, StatusCode};
use muster_core::cursor::Page;
use muster_service::approvals::ApprovalFilter;
use serde_json::Value;

use super::approval;
use crate::manage::call::Call;
use crate::manage::parameter::{CURSOR, Kind, LIMIT, Parameter};
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

static PENDING: Parameter = Parameter::query(
    "pending",
    Kind::Word(&["true", "false"]),
    "Only those that wait, or only those that are over; both without.",
    "true",
);

static OWN: Parameter = Parameter::query(
    "own",
    Kind::Word(&["true", "false"]),
    "Only your own requests.",
    "true",
);

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/approvals",
    id: "listApprovals",
    tag: super::TAG,
    summary: "Requests for approval: those that wait first, then the newest",
    notes: "Your own, and with `approve_operations` those you may decide about; requests about accounts and rules need \
            `manage_people` too. A page may hold fewer than asked for.",
    need: Need::Token,
    parameters: &[&PENDING, &OWN, &LIMIT, &CURSOR],
    body: None,
    answer: Answer::ok("A page of requests.", answer),
    also: &[StatusCode::UNPROCESSABLE_ENTITY],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::page_of("Approval")
}

async fn run(call: Call) -> Outcome {
    let filter = ApprovalFilter {
        pending: call.text(&PENDING).map(|text| text == "true"),
        own: call.text(&OWN) == Some("true"),
        limit: call.limit(),
        cursor: call.cursor(),
    };
    let page = call.hub.approvals(&call.access, filter).await?;
    let mut rows = Vec::with_capacity(page.rows.len());
    for found in &page.rows {
        rows.push(approval(&call.hub, &call.access, found).await);
    }
    let page = Page {
        rows,
        previous: page.previous,
        next: page.next,
    };
    Ok(Reply::of(wire::page(page, Value::clone)))
}
