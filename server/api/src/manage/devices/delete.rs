//! `DELETE /devices/{id}`: the end of an identity.

use axum::http::{Method, StatusCode};
use muster_core::policy::Action;
use muster_service::access::kinds::ProvisionDevices;

use crate::manage::call::Call;
use crate::manage::parameter::{DEVICE, IF_MATCH};
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::DELETE,
    path: "/devices/{id}",
    id: "deleteDevice",
    tag: super::TAG,
    summary: "Delete a device and its twin",
    notes: "Its connection ends; its events stay.",
    need: Need::Action(Action::ProvisionDevices),
    parameters: &[&DEVICE, &IF_MATCH],
    body: None,
    answer: Answer::nothing("It is deleted."),
    also: &[StatusCode::PRECONDITION_FAILED],
    run: |call| Box::pin(run(call)),
};

async fn run(call: Call) -> Outcome {
    let permit = call.permit_device::<ProvisionDevices>()?;
    call.hub.delete_device(permit, call.if_match()).await?;
    Ok(Reply::nothing())
}
