//! `POST /views`: keeping a list.

use axum::http::{Method, StatusCode};
use muster_core::policy::Action;
use muster_service::access::kinds::SeeDevices;

use super::{Body, TAG, answer, body};
use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::wire;

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::POST,
    path: "/views",
    id: "createView",
    tag: TAG,
    summary: "Keep a list under a name",
    notes: "Sharing one with everybody needs a token that allows `share_views` too.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[],
    body: Some(body),
    answer: Answer::created("The view.", answer),
    also: &[StatusCode::CONFLICT],
    run: |call| Box::pin(run(call)),
};

async fn run(call: Call) -> Outcome {
    let body: Body = call.body()?;
    let permit = call.permit::<SeeDevices>()?;
    let view = call.hub.create_view(&permit, body.into()).await?;
    Ok(Reply::of(wire::view(&view)).at(format!("{}/views", crate::manage::PREFIX)))
}
