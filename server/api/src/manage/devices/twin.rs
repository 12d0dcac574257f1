//! `GET`, `PATCH` and `PUT /devices/{id}/twin`.

use axum::http::{Method, StatusCode};
use muster_core::policy::Action;
use muster_core::twin::{Mode, ServiceWrite};
use muster_service::access::kinds::{EditTwin, SeeDevices};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::manage::call::Call;
use crate::manage::parameter::{DEVICE, IF_MATCH};
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

const PATH: &str = "/devices/{id}/twin";

pub(in crate::manage) static READ: Route = Route {
    method: Method::GET,
    path: PATH,
    id: "readTwin",
    tag: super::TAG,
    summary: "A device's twin",
    notes: "",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&DEVICE],
    body: None,
    answer: Answer::ok("The twin.", answer).tagged(),
    also: &[],
    run: |call| Box::pin(read(call)),
};

pub(in crate::manage) static MERGE: Route = Route {
    method: Method::PATCH,
    path: PATH,
    id: "mergeTwin",
    tag: super::TAG,
    summary: "Change tags and desired properties",
    notes: "A merge patch: null removes a key, what is not named stays. All of it is written, or nothing. A connected \
            device is told before the answer.",
    need: Need::Action(Action::EditTwin),
    parameters: &[&DEVICE, &IF_MATCH],
    body: Some(body),
    answer: Answer::ok("The twin as it is now.", answer).tagged(),
    also: &[StatusCode::PRECONDITION_FAILED],
    run: |call| Box::pin(write(call, Mode::Merge)),
};

pub(in crate::manage) static REPLACE: Route = Route {
    method: Method::PUT,
    path: PATH,
    id: "replaceTwin",
    tag: super::TAG,
    summary: "Replace tags and desired properties",
    notes: "A section that is not there becomes empty.",
    need: Need::Action(Action::EditTwin),
    parameters: &[&DEVICE, &IF_MATCH],
    body: Some(body),
    answer: Answer::ok("The twin as it is now.", answer).tagged(),
    also: &[StatusCode::PRECONDITION_FAILED],
    run: |call| Box::pin(write(call, Mode::Replace)),
};

fn body() -> Value {
    let section = json!({ "type": ["object", "null"] });
    schema::closed(&[("tags", section.clone()), ("desired", section)], &[])
}

fn answer() -> Value {
    schema::named("Twin")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    #[serde(default, deserialize_with = "given")]
    tags: Option<Value>,
    #[serde(default, deserialize_with = "given")]
    desired: Option<Value>,
}

/// A null that was given is not the same as nothing.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

async fn read(call: Call) -> Outcome {
    let permit = call.permit_device::<SeeDevices>()?;
    let row = call.hub.twin(&permit).await?;
    Ok(Reply::of(wire::twin(&row.device.id, &row.twin)).tagged(row.twin.etag))
}

async fn write(call: Call, mode: Mode) -> Outcome {
    let body: Body = call.body()?;
    let permit = call.permit_device::<EditTwin>()?;
    let write = ServiceWrite {
        mode,
        tags: body.tags,
        desired: body.desired,
    };
    let twin = call.hub.write_twin(&permit, write, call.if_match()).await?;
    Ok(Reply::of(wire::twin(permit.device(), &twin)).tagged(twin.etag))
}
