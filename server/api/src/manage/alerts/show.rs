//! `GET /alerts/{alert}`: one alert.

use axum::http::Method;
use muster_core::policy::Action;
use muster_service::access::kinds::SeeDevices;
use serde_json::{Value, json};

use super::{ALERT, TAG, alert_of, shown};
use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/alerts/{alert}",
    id: "showAlert",
    tag: TAG,
    summary: "An alert, and those it stands for",
    notes: "`below` are the alerts that are folded into it, of your scope, at most a page.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&ALERT],
    body: None,
    answer: Answer::ok("The alert.", answer),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    let below = schema::array(schema::named("Alert"));
    schema::object(&[("alert", schema::named("Alert")), ("below", below)])
}

async fn run(call: Call) -> Outcome {
    let permit = call.permit::<SeeDevices>()?;
    let (alert, below) = call.hub.alert(&permit, alert_of(&call)?).await?;
    let below: Vec<Value> = below.iter().map(shown).collect();
    Ok(Reply::of(json!({ "alert": shown(&alert), "below": below })))
}
