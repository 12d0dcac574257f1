//! `GET /firmware/{artifact}`: one artifact, and how many devices run it.

use axum::http::Method;
use muster_core::policy::Action;
use muster_query::Condition;
use muster_service::access::kinds::SeeDevices;
use muster_service::firmware::running;
use serde_json::Value;

use super::{ARTIFACT, TAG, artifact_of, members, wire};
use crate::manage::call::Call;
use crate::manage::problem::Problem;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/firmware/{artifact}",
    id: "showFirmware",
    tag: TAG,
    summary: "One artifact",
    notes: "`devices` are those in your scope that report its version; `where` finds them.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&ARTIFACT],
    body: None,
    answer: Answer::ok("The artifact.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    let mut members = members();
    members.extend([("devices", schema::count()), ("where", schema::any_text())]);
    schema::object(&members)
}

async fn run(call: Call) -> Outcome {
    let permit = call.permit::<SeeDevices>()?;
    let artifact = call.hub.artifact(&permit, &artifact_of(&call)?).await?;
    let text = running(&artifact);
    let condition = Condition::parse(&text).map_err(|error| Problem::failed(error.to_string()))?;
    let devices = call.hub.query_count(&call.access, &condition).await?;
    let mut body = wire(&call.hub, &artifact);
    body["devices"] = devices.into();
    body["where"] = text.into();
    Ok(Reply::of(body))
}
