//! `POST /operations/{operation}/steer`: pausing, going on, stopping, trying again, taking back.

use axum::http::{Method, StatusCode};
use muster_core::policy::Action;
use muster_service::operations::Steer;
use serde::Deserialize;
use serde_json::Value;

use super::{OPERATION, TAG, wire};
use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema::{self, closed, text, words};

/// Longest reason, in characters.
const MAX_REASON: usize = 500;

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::POST,
    path: "/operations/{operation}/steer",
    id: "steerOperation",
    tag: TAG,
    summary: "Pause an operation, let it go on, stop it, try again, take it back",
    notes: "`continue` opens the next wave of an operation that waits for a person; `cancel` calls off one that has not \
            begun; `stop` ends one that has, and what has begun may finish; `retry` tries failed and called-off devices \
            again; `roll_back` ends it and answers the operation of the same kind that takes back what it did. \
            `pause`, `stop`, `cancel` and `roll_back` need a `reason`.",
    need: Need::Action(Action::SteerOperations),
    parameters: &[&OPERATION],
    body: Some(body),
    answer: Answer::ok(
        "The operation as it is now, or the one that takes it back.",
        answer,
    ),
    also: &[StatusCode::CONFLICT],
    run: |call| Box::pin(run(call)),
};

fn body() -> Value {
    closed(
        &[
            (
                "verb",
                words([
                    "pause",
                    "resume",
                    "continue",
                    "stop",
                    "cancel",
                    "retry",
                    "roll_back",
                ]),
            ),
            ("reason", text(MAX_REASON)),
        ],
        &["verb"],
    )
}

fn answer() -> Value {
    schema::named("Operation")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    verb: Verb,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Verb {
    Pause,
    Resume,
    Continue,
    Stop,
    Cancel,
    Retry,
    RollBack,
}

async fn run(call: Call) -> Outcome {
    let Body { verb, reason } = call.body()?;
    let steer = match verb {
        Verb::Pause => Steer::Pause { reason },
        Verb::Resume => Steer::Resume,
        Verb::Continue => Steer::Continue,
        Verb::Stop => Steer::Stop { reason },
        Verb::Cancel => Steer::Cancel { reason },
        Verb::Retry => Steer::Retry,
        Verb::RollBack => Steer::RollBack { reason },
    };
    let id = call.operation()?;
    let now = call.hub.steer_operation(&call.permit()?, id, steer).await?;
    Ok(Reply::of(wire::operation(&now)))
}
