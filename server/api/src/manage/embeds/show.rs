//! `GET /embeds/{embed}`: one of them.

use axum::http::Method;
use muster_core::policy::Action;
use muster_service::access::kinds::KeepEmbeds;

use super::{EMBED, TAG, answer, described, named};
use crate::manage::call::Call;
use crate::manage::problem::Problem;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/embeds/{embed}",
    id: "showEmbed",
    tag: TAG,
    summary: "One embed with its use",
    notes: "",
    need: Need::Action(Action::KeepEmbeds),
    parameters: &[&EMBED],
    body: None,
    answer: Answer::ok("The embed.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

async fn run(call: Call) -> Outcome {
    let permit = call.permit::<KeepEmbeds>()?;
    let found = call.hub.embed(&permit, named(&call)?).await?;
    let found = found.ok_or_else(Problem::not_found)?;
    Ok(Reply::of(described(&found)))
}
