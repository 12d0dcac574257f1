//! `GET /operations/{operation}/failures`: the lines of an import that failed.

use axum::http::{Method, StatusCode};
use muster_core::policy::Action;
use muster_core::transfer::FailedLine;
use serde_json::{Value, json};

use super::{OPERATION, TAG};
use crate::manage::call::Call;
use crate::manage::parameter::{CURSOR, LIMIT};
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire as shared};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/operations/{operation}/failures",
    id: "listFailedLines",
    tag: TAG,
    summary: "The lines of an import that failed",
    notes: "In the order in which they failed; the first ten thousand. An export has none. All of them stand in \
            importErrors.log, in the folder that the import names.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&OPERATION, &LIMIT, &CURSOR],
    body: None,
    answer: Answer::ok("A page of lines.", answer),
    also: &[StatusCode::UNPROCESSABLE_ENTITY],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::page_of("FailedLine")
}

async fn run(call: Call) -> Outcome {
    let (id, cursor) = (call.operation()?, call.cursor());
    let page = call
        .hub
        .transfer_failures(&call.access, id, call.limit(), cursor.as_deref())
        .await?;
    Ok(Reply::of(shared::page(page, line)))
}

fn line(line: &FailedLine) -> Value {
    json!({
        "file": line.file,
        "line": line.line,
        "id": line.id,
        "code": line.code,
        "why": line.why,
    })
}
