//! `DELETE /configurations/{configuration}`: the end of one.

use axum::http::{Method, StatusCode};
use muster_core::policy::Action;
use muster_service::access::kinds::KeepConfigurations;

use super::{CONFIGURATION, TAG, named};
use crate::manage::call::Call;
use crate::manage::parameter::IF_MATCH;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::DELETE,
    path: "/configurations/{configuration}",
    id: "deleteConfiguration",
    tag: TAG,
    summary: "Delete a configuration",
    notes: "What it wrote stays in the twins, unless the next lower configuration says otherwise.",
    need: Need::Action(Action::KeepConfigurations),
    parameters: &[&CONFIGURATION, &IF_MATCH],
    body: None,
    answer: Answer::nothing("It is deleted."),
    also: &[
        StatusCode::PRECONDITION_FAILED,
        StatusCode::UNPROCESSABLE_ENTITY,
    ],
    run: |call| Box::pin(run(call)),
};

async fn run(call: Call) -> Outcome {
    let permit = call.permit::<KeepConfigurations>()?;
    let (id, if_match) = (named(&call)?, call.if_match());
    call.hub.delete_configuration(&permit, id, if_match).await?;
    Ok(Reply::nothing())
}
