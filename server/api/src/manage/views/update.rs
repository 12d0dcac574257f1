//! `PUT /views/{view}`: another list, another name, who sees it.

use axum::http::{Method, StatusCode};
use muster_core::policy::Action;
use muster_service::access::kinds::SeeDevices;

use super::{Body, TAG, answer, body};
use crate::manage::call::Call;
use crate::manage::parameter::VIEW;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::wire;

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::PUT,
    path: "/views/{view}",
    id: "updateView",
    tag: TAG,
    summary: "Change a saved view",
    notes: "Shared ones need a token that allows `share_views` too.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&VIEW],
    body: Some(body),
    answer: Answer::ok("The view as it is now.", answer),
    also: &[StatusCode::CONFLICT],
    run: |call| Box::pin(run(call)),
};

async fn run(call: Call) -> Outcome {
    let body: Body = call.body()?;
    let permit = call.permit::<SeeDevices>()?;
    let view = call
        .hub
        .update_view(&permit, call.view()?, body.into())
        .await?;
    Ok(Reply::of(wire::view(&view)))
}
