//! `PATCH /firmware/{artifact}`: withdrawing an artifact, and offering it again.

use axum::http::Method;
use muster_core::firmware::ArtifactState;
use muster_core::policy::Action;
use muster_service::access::kinds::KeepFirmware;
use serde::Deserialize;
use serde_json::Value;

use super::{ARTIFACT, TAG, answer, artifact_of, wire};
use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::PATCH,
    path: "/firmware/{artifact}",
    id: "updateFirmware",
    tag: TAG,
    summary: "Withdraw an artifact, or offer it again",
    notes: "Nothing new installs what is withdrawn, and links to it are refused. Devices that run it go on.",
    need: Need::Action(Action::KeepFirmware),
    parameters: &[&ARTIFACT],
    body: Some(body),
    answer: Answer::ok("The artifact as it is now.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    state: ArtifactState,
}

fn body() -> Value {
    let states = [ArtifactState::Available, ArtifactState::Withdrawn];
    let state = schema::words(states.map(ArtifactState::as_str));
    schema::closed(&[("state", state)], &["state"])
}

async fn run(call: Call) -> Outcome {
    let body: Body = call.body()?;
    let permit = call.permit::<KeepFirmware>()?;
    let id = artifact_of(&call)?;
    let artifact = call.hub.set_artifact_state(&permit, id, body.state).await?;
    Ok(Reply::of(wire(&call.hub, &artifact)))
}
