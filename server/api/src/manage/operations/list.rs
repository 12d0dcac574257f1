//! `GET /operations`: all of them, newest first.

use axum::http::{Method, StatusCode};
use muster_core::ids::DeviceId;
use muster_core::operation::{OperationState, TaskKind};
use muster_core::policy::Action;
use muster_service::operations::OperationQuery;
use serde_json::Value;

use super::{KIND, STATE, TAG, wire};
use crate::manage::call::Call;
use crate::manage::parameter::{CURSOR, Kind, LIMIT, Parameter};
use crate::manage::problem::Problem;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire as shared};

static TITLE: Parameter = Parameter::query(
    "text",
    Kind::Text(120),
    "Any part of the title, in any case.",
    "firmware",
);

static MINE: Parameter = Parameter::query(
    "mine",
    Kind::Word(&["true", "false"]),
    "With true, only what you handed in.",
    "true",
);

static DEVICE: Parameter = Parameter::query(
    "device",
    Kind::Device,
    "Only operations with this device among their targets.",
    "pump-1",
);

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/operations",
    id: "listOperations",
    tag: TAG,
    summary: "Bulk operations, newest first",
    notes: "Those you handed in, and those with a device in your scope among their targets; numbers are of devices in \
            your scope. Exports and imports of the registry stand between them: your own, and all for those who see the \
            whole fleet; `transfer` says more.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&STATE, &KIND, &TITLE, &MINE, &DEVICE, &LIMIT, &CURSOR],
    body: None,
    answer: Answer::ok("A page of operations.", answer),
    also: &[StatusCode::UNPROCESSABLE_ENTITY, StatusCode::NOT_FOUND],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::page_of("Operation")
}

async fn run(call: Call) -> Outcome {
    let device = call.text(&DEVICE).map(DeviceId::new).transpose();
    let device = device.map_err(|_| Problem::not_found())?;
    let query = OperationQuery {
        states: call
            .text(&STATE)
            .and_then(OperationState::from_name)
            .into_iter()
            .collect(),
        kinds: call
            .text(&KIND)
            .and_then(TaskKind::from_name)
            .into_iter()
            .collect(),
        text: call.text(&TITLE).unwrap_or_default().to_owned(),
        mine: call.text(&MINE) == Some("true"),
        device,
        limit: call.limit(),
        cursor: call.cursor(),
        ..OperationQuery::default()
    };
    let page = call.hub.operations(&call.access, &query).await?;
    Ok(Reply::of(shared::page(page, wire::operation)))
}
