//! `POST /alert-rules/preview`: what a rule would find now.

use axum::http::Method;
use muster_core::policy::Action;
use muster_service::access::kinds::SeeDevices;
use serde_json::{Value, json};

use super::{Body, TAG, body};
use crate::manage::call::Call;
use crate::manage::problem::Problem;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::POST,
    path: "/alert-rules/preview",
    id: "previewAlertRule",
    tag: TAG,
    summary: "What a rule of alerts would find now",
    notes: "Counts devices of your scope; nothing is kept. Times and windows are left out of it.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[],
    body: Some(body),
    answer: Answer::ok("The figures.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::object(&[
        ("matching", schema::count()),
        ("watched", schema::count()),
        ("sample", schema::array(schema::any_text())),
    ])
}

async fn run(call: Call) -> Outcome {
    let body: Body = call.body()?;
    let permit = call.permit::<SeeDevices>()?;
    let draft = call.hub.test_alert_rule(body.into());
    let draft = draft.map_err(|bad| Problem::refused(format!("{bad}.")))?;
    let found = call.hub.preview_alert_rule(&permit, &draft).await?;
    Ok(Reply::of(json!({
        "matching": found.matching,
        "watched": found.watched,
        "sample": found.sample,
    })))
}
