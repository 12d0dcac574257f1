//! `GET /operations/{operation}/targets`: its devices, page by page.

use axum::http::{Method, StatusCode};
use muster_core::operation::TargetState;
use muster_core::policy::Action;
use muster_service::operations::TargetQuery;
use serde_json::Value;

use super::{DEVICE_TEXT, OPERATION, TAG, TARGET_STATE, WAVE, WHY, wire};
use crate::manage::call::Call;
use crate::manage::parameter::{CURSOR, LIMIT};
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire as shared};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/operations/{operation}/targets",
    id: "listTargets",
    tag: TAG,
    summary: "The devices of an operation with what became of them",
    notes: "In the order of waves; devices in your scope only.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[
        &OPERATION,
        &TARGET_STATE,
        &WAVE,
        &WHY,
        &DEVICE_TEXT,
        &LIMIT,
        &CURSOR,
    ],
    body: None,
    answer: Answer::ok("A page of devices.", answer),
    also: &[StatusCode::UNPROCESSABLE_ENTITY],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::page_of("Target")
}

async fn run(call: Call) -> Outcome {
    let id = call.operation()?;
    let query = TargetQuery {
        limit: call.limit(),
        cursor: call.cursor(),
        ..filter(&call)
    };
    let page = call.hub.operation_targets(&call.access, id, &query).await?;
    Ok(Reply::of(shared::page(page, wire::target)))
}

/// Which devices are asked for.
pub(super) fn filter(call: &Call) -> TargetQuery {
    let wave = call.text(&WAVE).and_then(|wave| wave.parse().ok());
    let state = call.text(&TARGET_STATE).and_then(TargetState::from_name);
    TargetQuery {
        states: state.into_iter().collect(),
        wave,
        why: call
            .text(&WHY)
            .filter(|why| !why.is_empty())
            .map(str::to_owned),
        device_text: call.text(&DEVICE_TEXT).unwrap_or_default().to_owned(),
        ..TargetQuery::default()
    }
}
