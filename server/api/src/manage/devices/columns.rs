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
    notes: "Paths below tags that devices in your scope have a value at, most used first, at most 1,000; then paths below \
            properties, found on some of them, without a number. Beside them each list has the columns of its description.",
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
            ("devices", schema::or_null(schema::count())),
        ])),
    )])
}

async fn run(call: Call) -> Outcome {
    let tags = call.hub.tag_paths(&call.access).into_iter();
    let properties = call.hub.property_paths(&call.access).await?;
    let below = |begin: &str, paths: Vec<String>| {
        let whole = paths
            .into_iter()
            .map(|path| (format!("{begin}.{path}"), None));
        whole.collect::<Vec<_>>()
    };
    let paths = tags
        .map(|tag| (format!("tags.{}", tag.path), Some(tag.devices)))
        .chain(below("properties.desired", properties.desired))
        .chain(below("properties.reported", properties.reported));
    Ok(Reply::of(wire::list(
        paths,
        |(path, devices)| json!({ "path": path, "devices": devices }),
    )))
}
