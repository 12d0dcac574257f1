//! `DELETE /firmware/{artifact}`: the end of an artifact and its file.

use axum::http::{Method, StatusCode};
use muster_core::policy::Action;
use muster_service::access::kinds::KeepFirmware;

use super::{ARTIFACT, TAG, artifact_of};
use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::DELETE,
    path: "/firmware/{artifact}",
    id: "deleteFirmware",
    tag: TAG,
    summary: "Delete an artifact with its file",
    notes: "Refused with 409 while an operation uses it. Downloads that have begun go on to their end.",
    need: Need::Action(Action::KeepFirmware),
    parameters: &[&ARTIFACT],
    body: None,
    answer: Answer::nothing("It is deleted."),
    also: &[StatusCode::CONFLICT],
    run: |call| Box::pin(run(call)),
};

async fn run(call: Call) -> Outcome {
    let permit = call.permit::<KeepFirmware>()?;
    call.hub
        .delete_artifact(&permit, artifact_of(&call)?)
        .await?;
    Ok(Reply::nothing())
}
