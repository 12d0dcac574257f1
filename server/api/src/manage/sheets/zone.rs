//! `GET` and `PUT /zone`: where devices are that name no time zone.

use axum::http::Method;
use muster_core::policy::Action;
use muster_service::access::kinds::KeepWindows;
use serde::Deserialize;
use serde_json::{Value, json};

use super::TAG;
use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

const PATH: &str = "/zone";

pub(in crate::manage) static READ: Route = Route {
    method: Method::GET,
    path: PATH,
    id: "showZone",
    tag: TAG,
    summary: "The time zone of the fleet",
    notes: "That of devices that name none in `tags.location.timezone` and stand on no site whose place has one.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[],
    body: None,
    answer: Answer::ok("The zone.", body),
    also: &[],
    run: |call| Box::pin(read(call)),
};

pub(in crate::manage) static WRITE: Route = Route {
    method: Method::PUT,
    path: PATH,
    id: "putZone",
    tag: TAG,
    summary: "Change the time zone of the fleet",
    notes: "Waiting devices are judged by the new one.",
    need: Need::Action(Action::KeepWindows),
    parameters: &[],
    body: Some(body),
    answer: Answer::ok("The zone as it is now.", body),
    also: &[],
    run: |call| Box::pin(write(call)),
};

fn body() -> Value {
    schema::object(&[("zone", schema::text(64))])
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    zone: String,
}

async fn read(call: Call) -> Outcome {
    let shelf = call.hub.shelf(&call.access)?;
    Ok(Reply::of(json!({ "zone": shelf.default_zone().name() })))
}

async fn write(call: Call) -> Outcome {
    let body: Body = call.body()?;
    let permit = call.permit::<KeepWindows>()?;
    call.hub.set_default_zone(&permit, &body.zone).await?;
    read(call).await
}
