//! `POST /configurations`: a new one.

use axum::http::{Method, StatusCode};
use muster_core::ids::ConfigurationId;
use muster_core::policy::Action;
use muster_service::access::kinds::KeepConfigurations;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Body, TAG, answer, members, shown};
use crate::manage::call::Call;
use crate::manage::problem::Problem;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{PREFIX, encoded, schema};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::POST,
    path: "/configurations",
    id: "createConfiguration",
    tag: TAG,
    summary: "Make a configuration",
    notes: "It begins at once, for devices that are there and for those that come to match later. Content is that of IoT Hub: exactly one of deviceContent, moduleContent, modulesContent. Whoever sees only a part of the fleet cannot keep configurations.",
    need: Need::Action(Action::KeepConfigurations),
    parameters: &[],
    body: Some(body),
    answer: Answer::created("The configuration.", answer).tagged(),
    also: &[StatusCode::CONFLICT],
    run: |call| Box::pin(run(call)),
};

fn body() -> Value {
    let mut all = members();
    let id = json!({ "type": "string", "minLength": 1, "maxLength": 128, "pattern": r"^[a-z0-9\-+%_*!']{1,128}$" });
    all.push(("id", id));
    schema::closed(&all, &["id", "content"])
}

#[derive(Deserialize)]
struct New {
    id: String,
    #[serde(flatten)]
    body: Value,
}

async fn run(call: Call) -> Outcome {
    let New { id, body } = call.body()?;
    let body: Body = serde_json::from_value(body)
        .map_err(|error| Problem::unreadable(format!("The body cannot be used: {error}.")))?;
    let id = ConfigurationId::new(&id).map_err(|error| Problem::refused(format!("{error}.")))?;
    let permit = call.permit::<KeepConfigurations>()?;
    let draft = body.draft()?;
    let made = call.hub.create_configuration(&permit, id, draft).await?;
    let at = format!("{PREFIX}/configurations/{}", encoded(made.id.as_str()));
    Ok(Reply::of(shown(&call, &made).await?)
        .tagged(made.etag)
        .at(at))
}
