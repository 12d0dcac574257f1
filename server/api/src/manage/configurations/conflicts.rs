//! `GET /configurations/conflicts`: which contradict each other.

use axum::http::Method;
use muster_core::policy::Action;
use muster_service::access::kinds::SeeDevices;
use muster_service::configurations::Conflict;
use serde_json::{Value, json};

use super::TAG;
use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/configurations/conflicts",
    id: "listConfigurationConflicts",
    tag: TAG,
    summary: "Configurations that say different things about the same property",
    notes: "`devices` are those in your scope that both cover now, `where` the condition that finds them.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[],
    body: None,
    answer: Answer::ok("The conflicts.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    let path = schema::object(&[("path", schema::any_text()), ("whole", schema::flag())]);
    let conflict = schema::object(&[
        ("winner", schema::any_text()),
        ("loser", schema::any_text()),
        ("paths", schema::array(path)),
        ("devices", schema::count()),
        ("where", schema::any_text()),
    ]);
    schema::object(&[("items", schema::array(conflict))])
}

async fn run(call: Call) -> Outcome {
    let permit = call.permit::<SeeDevices>()?;
    let conflicts = call.hub.configuration_conflicts(&permit).await?;
    Ok(Reply::of(wire::list(&conflicts, shown)))
}

fn shown(conflict: &Conflict) -> Value {
    let paths = conflict.paths.iter();
    let paths = paths.map(|overlap| json!({ "path": overlap.path, "whole": overlap.whole }));
    json!({
        "winner": conflict.winner,
        "loser": conflict.loser,
        "paths": paths.collect::<Vec<_>>(),
        "devices": conflict.devices,
        "where": conflict.condition.to_string(),
    })
}
