//! `GET /alerts`: what is going on, or what is over.

use axum::http::{Method, StatusCode};
use muster_core::alert::RuleId;
use muster_core::policy::Action;
use muster_service::access::kinds::SeeDevices;
use muster_service::alerts::{AlertFilter, AlertTab};
use serde_json::Value;

use super::{TAG, shown};
use crate::manage::call::Call;
use crate::manage::parameter::{CURSOR, Kind, LIMIT, Parameter};
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

static WHICH: Parameter = Parameter::query(
    "which",
    Kind::Word(&["needsMe", "open", "snoozed", "resolved"]),
    "Those that need you, all that are open or acknowledged (as without it), snoozed ones, or those that are over.",
    "open",
);

static RULE: Parameter = Parameter::query(
    "rule",
    Kind::Number(1, i64::MAX),
    "Only those of this rule.",
    "1",
);

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/alerts",
    id: "listAlerts",
    tag: TAG,
    summary: "Alerts, the worst first; those that are over by their end",
    notes: "One that stands for many has no `deviceId` and counts the `devices` of your scope.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&WHICH, &RULE, &LIMIT, &CURSOR],
    body: None,
    answer: Answer::ok("A page of alerts.", answer),
    also: &[StatusCode::UNPROCESSABLE_ENTITY],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::page_of("Alert")
}

async fn run(call: Call) -> Outcome {
    let permit = call.permit::<SeeDevices>()?;
    let filter = AlertFilter {
        tab: match call.text(&WHICH) {
            Some("needsMe") => AlertTab::NeedsMe,
            Some("snoozed") => AlertTab::Snoozed,
            Some("resolved") => AlertTab::Resolved,
            _ => AlertTab::Open,
        },
        rule: call.number(&RULE).map(RuleId),
        limit: call.limit(),
        cursor: call.cursor(),
    };
    let found = call.hub.alerts(&permit, filter).await?;
    Ok(Reply::of(wire::page(found.page, shown)))
}
