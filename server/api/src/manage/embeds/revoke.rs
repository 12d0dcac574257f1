//! `DELETE /embeds/{embed}`: the end of one.

use axum::http::Method;
use muster_core::policy::Action;
use muster_service::access::kinds::KeepEmbeds;

use super::{EMBED, TAG, named};
use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::DELETE,
    path: "/embeds/{embed}",
    id: "revokeEmbed",
    tag: TAG,
    summary: "Revoke an embed",
    notes: "At once and for good: whoever looks at it sees one sentence from then on. It stays in the list for a month.",
    need: Need::Action(Action::KeepEmbeds),
    parameters: &[&EMBED],
    body: None,
    answer: Answer::nothing("It shows nothing any more."),
    also: &[],
    run: |call| Box::pin(run(call)),
};

async fn run(call: Call) -> Outcome {
    let permit = call.permit::<KeepEmbeds>()?;
    call.hub.revoke_embed(&permit, named(&call)?).await?;
    Ok(Reply::nothing())
}
