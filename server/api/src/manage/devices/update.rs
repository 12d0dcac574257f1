//! `PATCH /devices/{id}`: letting a device in or not, its credentials, its life.

use axum::http::{Method, StatusCode};
use muster_core::device::{MAX_STATUS_REASON, Status};
use muster_core::lifecycle::Step;
use muster_core::policy::Action;
use muster_service::DeviceSummary;
use muster_service::access::kinds::{ProvisionDevices, SeeCredentials};
use muster_service::registry::IdentityChange;
use serde::Deserialize;
use serde_json::Value;

use super::create::{Proof, authentication};
use crate::manage::call::Call;
use crate::manage::parameter::{DEVICE, IF_MATCH};
use crate::manage::problem::Problem;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::PATCH,
    path: "/devices/{id}",
    id: "updateDevice",
    tag: super::TAG,
    summary: "Enable, disable, retire a device, or give it other credentials",
    notes: "Disabling, retiring and new credentials end an open connection. A reason is given together with a status.",
    need: Need::Action(Action::ProvisionDevices),
    parameters: &[&DEVICE, &IF_MATCH],
    body: Some(body),
    answer: Answer::ok("The device as it is now.", answer).tagged(),
    also: &[StatusCode::CONFLICT, StatusCode::PRECONDITION_FAILED],
    run: |call| Box::pin(run(call)),
};

fn body() -> Value {
    schema::closed(
        &[
            ("status", schema::status()),
            (
                "statusReason",
                schema::or_null(schema::text(MAX_STATUS_REASON)),
            ),
            (
                "step",
                schema::words(["enter_maintenance", "leave_maintenance", "retire"]),
            ),
            ("authentication", authentication()),
        ],
        &[],
    )
}

fn answer() -> Value {
    schema::named("Device")
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Body {
    #[serde(default)]
    status: Option<Status>,
    #[serde(default)]
    status_reason: Option<String>,
    #[serde(default)]
    step: Option<Step>,
    #[serde(default)]
    authentication: Option<Proof>,
}

async fn run(call: Call) -> Outcome {
    let body: Body = call.body()?;
    let permit = call.permit_device::<ProvisionDevices>()?;
    let credentials = call.permit_device::<SeeCredentials>().is_ok();
    let change = change(body, &call)?;
    let id = permit.device().clone();
    let device = call
        .hub
        .update_device(permit, call.if_match(), change)
        .await?;
    let shown = DeviceSummary::from(&device);
    let connection = call.hub.connections().view(&id);
    let body = wire::device(&shown, connection.as_ref(), credentials);
    Ok(Reply::of(body).tagged(shown.etag))
}

fn change(body: Body, call: &Call) -> Result<IdentityChange, Problem> {
    let reason = body.status_reason;
    if reason.is_some() && body.status.is_none() {
        return Err(Problem::refused("statusReason comes together with status."));
    }
    if reason
        .as_ref()
        .is_some_and(|text| text.chars().any(char::is_control))
    {
        return Err(Problem::refused("statusReason is one line of text."));
    }
    if matches!(body.step, Some(Step::Provision | Step::FirstContact)) {
        return Err(Problem::refused(
            "A device takes this step by itself; ask for enter_maintenance, leave_maintenance or retire.",
        ));
    }
    let authentication = body
        .authentication
        .map(|proof| proof.read(call))
        .transpose()?;
    if body.status.is_none() && body.step.is_none() && authentication.is_none() {
        return Err(Problem::refused(
            "Nothing is asked for: give status, step or authentication.",
        ));
    }
    Ok(IdentityChange {
        status: body.status.map(|status| (status, reason)),
        authentication,
        step: body.step,
    })
}
