//! `PUT /configurations/{configuration}`: all of it anew, but its id.

use axum::http::{Method, StatusCode};
use muster_core::device::IfMatch;
use muster_core::policy::Action;
use muster_service::access::kinds::KeepConfigurations;
use muster_service::configurations::ConfigurationEdit;

use super::{Body, CONFIGURATION, TAG, answer, body, named, shown};
use crate::manage::call::Call;
use crate::manage::parameter::IF_MATCH;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::PUT,
    path: "/configurations/{configuration}",
    id: "updateConfiguration",
    tag: TAG,
    summary: "Change a configuration",
    notes: "Devices follow at once. What an earlier content wrote and this one does not name stays in the twins.",
    need: Need::Action(Action::KeepConfigurations),
    parameters: &[&CONFIGURATION, &IF_MATCH],
    body: Some(body),
    answer: Answer::ok("The configuration as it is now.", answer).tagged(),
    also: &[StatusCode::PRECONDITION_FAILED],
    run: |call| Box::pin(run(call)),
};

async fn run(call: Call) -> Outcome {
    let body: Body = call.body()?;
    let draft = body.draft()?;
    let permit = call.permit::<KeepConfigurations>()?;
    let if_match = call.if_match().unwrap_or(IfMatch::Any);
    let edit = ConfigurationEdit {
        labels: draft.labels,
        content: Some(draft.content),
        target: draft.target,
        priority: draft.priority,
        metrics: draft.metrics,
    };
    let id = named(&call)?;
    let after = call.hub.update_configuration(&permit, id, if_match, edit);
    let after = after.await?;
    Ok(Reply::of(shown(&call, &after).await?).tagged(after.etag))
}
