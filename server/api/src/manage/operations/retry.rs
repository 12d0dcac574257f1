//! `POST /operations/{operation}/retry`: trying some failed devices again.

use axum::http::{Method, StatusCode};
use muster_core::ids::DeviceId;
use muster_core::operation::MAX_WAVES;
use muster_core::policy::Action;
use muster_service::operations::{Chosen, MAX_CHOSEN, TargetQuery};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{MAX_TEXT, MAX_WHY, OPERATION, TAG};
use crate::manage::call::Call;
use crate::manage::parameter::device_id;
use crate::manage::problem::Problem;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema::{closed, count, object, text};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::POST,
    path: "/operations/{operation}/retry",
    id: "retryTargets",
    tag: TAG,
    summary: "Try failed devices of an operation again",
    notes: "Those that are named in `devices`, or all that failed in a `wave`, for the reason `why`, with `text` in their \
            id; all failed ones without any of these. An operation that is over goes on for them; one that is paused \
            stays paused. Called-off devices go on with the verb `retry` of steering only.",
    need: Need::Action(Action::SteerOperations),
    parameters: &[&OPERATION],
    body: Some(body),
    answer: Answer::ok("How many devices will be tried.", answer),
    also: &[StatusCode::CONFLICT],
    run: |call| Box::pin(run(call)),
};

fn body() -> Value {
    let devices =
        json!({ "type": "array", "items": device_id(), "minItems": 1, "maxItems": MAX_CHOSEN });
    let wave = json!({ "type": "integer", "minimum": 0, "maximum": MAX_WAVES - 1 });
    closed(
        &[
            ("devices", devices),
            ("wave", wave),
            ("why", text(MAX_WHY)),
            ("text", text(MAX_TEXT)),
        ],
        &[],
    )
}

fn answer() -> Value {
    object(&[("devices", count())])
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    #[serde(default)]
    devices: Option<Vec<DeviceId>>,
    #[serde(default)]
    wave: Option<u16>,
    #[serde(default)]
    why: Option<String>,
    #[serde(default)]
    text: Option<String>,
}

async fn run(call: Call) -> Outcome {
    let body: Body = call.body()?;
    let chosen = match (body.devices, body.wave, body.why, body.text) {
        (Some(devices), None, None, None) => Chosen::Devices(devices),
        (None, wave, why, text) => Chosen::Matching(TargetQuery {
            wave,
            why,
            device_text: text.unwrap_or_default(),
            ..TargetQuery::default()
        }),
        _ => {
            return Err(Problem::unreadable(
                "Name the devices, or say which they are; not both.",
            ));
        }
    };
    let id = call.operation()?;
    let devices = call.hub.retry_targets(&call.permit()?, id, chosen).await?;
    Ok(Reply::of(json!({ "devices": devices })))
}
