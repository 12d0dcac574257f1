//! `GET /columns`: what a list of devices can show.

use axum::http::Method;
use muster_core::policy::Action;
use serde_json::{Value, json};

use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/columns",
    id: "listColumns",
    tag: super::TAG,
    summary: "What a list of devices can show",
    notes: "Every path below tags that some device in your scope has a value at, most used first, at most 1,000. Beside \
            them each list has the columns of its description.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[],
    body: None,
    answer: Answer::ok("The paths.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::object(&[(
        "items",
        schema::array(schema::object(&[
            ("path", schema::any_text()),
            ("devices", schema::count()),
        ])),
    )])
}

async fn run(call: Call) -> Outcome {
    let paths = call.hub.tag_paths(&call.access);
    Ok(Reply::of(wire::list(
        paths,
        |tag| json!({ "path": format!("tags.{}", tag.path), "devices": tag.devices }),
    )))
}
