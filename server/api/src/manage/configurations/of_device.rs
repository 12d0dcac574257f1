//! `GET /devices/{id}/configurations`: those that cover a device.

use axum::http::Method;
use muster_core::policy::Action;
use muster_service::access::kinds::SeeDevices;
use muster_service::configurations::OnDevice;
use serde_json::{Value, json};

use super::TAG;
use crate::manage::call::Call;
use crate::manage::parameter::DEVICE;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/devices/{id}/configurations",
    id: "listDeviceConfigurations",
    tag: TAG,
    summary: "The configurations that cover a device, the highest priority first",
    notes: "`putBack` names whose change the configuration last put back, and when.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&DEVICE],
    body: None,
    answer: Answer::ok("The configurations.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    let lost = schema::object(&[("path", schema::any_text()), ("to", schema::any_text())]);
    let put_back = schema::object(&[("actor", schema::free_object()), ("time", schema::time())]);
    let item = schema::object(&[
        ("id", schema::any_text()),
        ("priority", json!({ "type": "integer", "format": "int32" })),
        ("status", schema::words(["Targeted", "Applied"])),
        ("problem", schema::or_null(schema::any_text())),
        ("lost", schema::array(lost)),
        ("putBack", schema::or_null(put_back)),
    ]);
    schema::object(&[("items", schema::array(item))])
}

async fn run(call: Call) -> Outcome {
    let permit = call.permit_device::<SeeDevices>()?;
    let found = call.hub.configurations_of(&permit).await?;
    Ok(Reply::of(wire::list(&found, shown)))
}

fn shown(one: &OnDevice) -> Value {
    let lost = one.lost.iter();
    let lost = lost.map(|lost| json!({ "path": lost.path, "to": lost.to }));
    let put_back = one.standing.contest.as_ref().map(
        |contest| json!({ "actor": wire::actor(&contest.actor), "time": contest.at.to_string() }),
    );
    json!({
        "id": one.configuration.id,
        "priority": one.configuration.draft.priority,
        "status": one.standing.status.as_str(),
        "problem": one.standing.problem,
        "lost": lost.collect::<Vec<_>>(),
        "putBack": put_back,
    })
}
