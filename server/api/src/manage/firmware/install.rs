//! `POST /devices/{id}/firmware`: asking one device to install an artifact. Many devices are for bulk operations.

use axum::http::Method;
use muster_core::firmware::ArtifactId;
use muster_core::policy::Action;
use muster_service::access::kinds::EditTwin;
use serde::Deserialize;
use serde_json::Value;

use super::{TAG, answer, wire};
use crate::manage::call::Call;
use crate::manage::parameter::DEVICE;
use crate::manage::problem::Problem;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::POST,
    path: "/devices/{id}/firmware",
    id: "installFirmware",
    tag: TAG,
    summary: "Ask one device to install an artifact",
    notes: "Writes `desired.firmware`, with a link that is good for an hour. Where the device must pass another version first, \
            it is asked for that one; repeat the request once it runs it.",
    need: Need::Action(Action::EditTwin),
    parameters: &[&DEVICE],
    body: Some(body),
    answer: Answer::ok("The artifact that the device was asked to install.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    sha256: String,
}

fn body() -> Value {
    schema::closed(&[("sha256", schema::text(64))], &["sha256"])
}

async fn run(call: Call) -> Outcome {
    let body: Body = call.body()?;
    let permit = call.permit_device::<EditTwin>()?;
    let target = ArtifactId::new(&body.sha256);
    let target = target.map_err(|bad| Problem::refused(format!("sha256: {bad}.")))?;
    let asked = call.hub.ask_for_firmware(&permit, &target).await?;
    Ok(Reply::of(wire(&call.hub, &asked)))
}
