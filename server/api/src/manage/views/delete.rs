//! `DELETE /views/{view}`: the end of a saved view.

use axum::http::{Method, StatusCode};
use muster_core::policy::Action;
use muster_service::access::kinds::SeeDevices;

use super::TAG;
use crate::manage::call::Call;
use crate::manage::parameter::VIEW;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::DELETE,
    path: "/views/{view}",
    id: "deleteView",
    tag: TAG,
    summary: "Delete a saved view",
    notes: "Shared ones need a token that allows `share_views` too.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&VIEW],
    body: None,
    answer: Answer::nothing("It is deleted."),
    also: &[StatusCode::UNPROCESSABLE_ENTITY],
    run: |call| Box::pin(run(call)),
};

async fn run(call: Call) -> Outcome {
    let permit = call.permit::<SeeDevices>()?;
    call.hub.delete_view(&permit, call.view()?).await?;
    Ok(Reply::nothing())
}
