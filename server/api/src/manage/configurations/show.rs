//! `GET /configurations/{configuration}`: one of them.

use axum::http::Method;
use muster_core::policy::Action;
use muster_service::access::kinds::SeeDevices;

use super::{CONFIGURATION, TAG, answer, named, shown};
use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/configurations/{configuration}",
    id: "showConfiguration",
    tag: TAG,
    summary: "A configuration with its figures",
    notes: "",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&CONFIGURATION],
    body: None,
    answer: Answer::ok("The configuration.", answer).tagged(),
    also: &[],
    run: |call| Box::pin(run(call)),
};

async fn run(call: Call) -> Outcome {
    let permit = call.permit::<SeeDevices>()?;
    let one = call.hub.configuration(&permit, &named(&call)?)?;
    Ok(Reply::of(shown(&call, &one).await?).tagged(one.etag))
}
