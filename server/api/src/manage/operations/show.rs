//! `GET /operations/{operation}`: waves, why devices wait, why they failed.

use axum::http::Method;
use muster_core::policy::Action;
use serde_json::Value;

use super::{OPERATION, TAG, wire};
use crate::manage::call::Call;
use crate::manage::problem::Problem;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/operations/{operation}",
    id: "showOperation",
    tag: TAG,
    summary: "An operation with its waves and reasons",
    notes: "`waiting` groups open devices by why they wait; `failures` those that failed. Of one that runs, `expected` \
            tells what is to come: `byTime`, when those whose turn it is are through at the rate so far.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&OPERATION],
    body: None,
    answer: Answer::ok("The operation.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::named("OperationDetail")
}

async fn run(call: Call) -> Outcome {
    let id = call.operation()?;
    let found = call.hub.operation(&call.access, id).await?;
    let detail = found.ok_or_else(Problem::not_found)?;
    Ok(Reply::of(wire::detail(&detail)))
}
