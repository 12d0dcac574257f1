//! `DELETE /people/{person}/tokens/{token}`: the end of somebody's token.

use axum::http::Method;
use muster_core::policy::Action;
use muster_service::access::kinds::ManagePeople;

use crate::manage::call::Call;
use crate::manage::parameter::{PERSON, TOKEN};
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::DELETE,
    path: "/people/{person}/tokens/{token}",
    id: "revokeTokenOf",
    tag: super::TAG,
    summary: "Revoke somebody's token",
    notes: "",
    need: Need::Action(Action::ManagePeople),
    parameters: &[&PERSON, &TOKEN],
    body: None,
    answer: Answer::nothing("It opens nothing any more."),
    also: &[],
    run: |call| Box::pin(run(call)),
};

async fn run(call: Call) -> Outcome {
    let permit = call.permit::<ManagePeople>()?;
    call.hub
        .revoke_token_of(&permit, call.person()?, call.token()?)
        .await?;
    Ok(Reply::nothing())
}
