//! `DELETE /tokens/{token}`: the end of one of one's own tokens.

use axum::http::Method;

use crate::manage::call::Call;
use crate::manage::parameter::TOKEN;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::DELETE,
    path: "/tokens/{token}",
    id: "revokeToken",
    tag: super::TAG,
    summary: "Revoke a token of yours",
    notes: "Also the one you ask with. What uses it is refused from then on.",
    need: Need::Token,
    parameters: &[&TOKEN],
    body: None,
    answer: Answer::nothing("It opens nothing any more."),
    also: &[],
    run: |call| Box::pin(run(call)),
};

async fn run(call: Call) -> Outcome {
    call.hub
        .revoke_own_token(&call.access, call.token()?)
        .await?;
    Ok(Reply::nothing())
}
