//! Alerts and their rules.

pub(super) mod create_rule;
pub(super) mod delete_rule;
pub(super) mod direct;
pub(super) mod handle;
pub(super) mod list;
pub(super) mod of_device;
pub(super) mod preview_rule;
pub(super) mod rules;
pub(super) mod show;
pub(super) mod show_rule;
pub(super) mod update_rule;

use muster_core::alert::{
    Act, Alert, AlertId, MAX_CONDITION, MAX_DURATION_S, MAX_FOLD_AT, MAX_NAME, Rule, RuleDraft,
    RuleId, Severity, State,
};
use muster_core::gate::Slug;
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::Call;
use super::parameter::{Kind, Parameter};
use super::problem::Problem;
use super::schema;

const TAG: &str = "Alerts";

/// Which alert.
pub(crate) static ALERT: Parameter = Parameter::path(
    "alert",
    Kind::Number(1, i64::MAX),
    "The alert's number.",
    "1",
);

/// Which rule.
pub(crate) static RULE: Parameter =
    Parameter::path("rule", Kind::Number(1, i64::MAX), "The rule's number.", "1");

fn alert_of(call: &Call) -> Result<AlertId, Problem> {
    let id = call.number(&ALERT).map(AlertId);
    id.ok_or_else(Problem::not_found)
}

fn rule_of(call: &Call) -> Result<RuleId, Problem> {
    let id = call.number(&RULE).map(RuleId);
    id.ok_or_else(Problem::not_found)
}

fn shown(alert: &Alert) -> Value {
    let time = |at: Option<muster_core::time::Timestamp>| at.map(|at| at.to_string());
    let trail = alert
        .trail
        .iter()
        .map(|line| json!({ "time": line.at.to_string(), "by": line.by, "act": act(&line.act) }));
    json!({
        "id": alert.id.0,
        "rule": alert.rule.0,
        "name": alert.name,
        "deviceId": alert.device,
        "devices": alert.devices,
        "fold": alert.fold,
        "severity": alert.severity.as_str(),
        "state": alert.state.as_str(),
        "beganTime": alert.began_at.to_string(),
        "openedTime": time(alert.opened_at),
        "resolvedTime": time(alert.resolved_at),
        "snoozedUntil": time(alert.snoozed_until),
        "escalatedTime": time(alert.escalated_at),
        "assignee": alert.assignee.as_ref().map(|to| json!({ "id": to.id.0, "name": to.name })),
        "flapping": alert.is_flapping(),
        "trail": trail.collect::<Vec<_>>(),
    })
}

fn act(act: &Act) -> String {
    match act {
        Act::Open => "opened".to_owned(),
        Act::Resolve(why) => format!("resolved: {}", why.in_words()),
        Act::Under(Some(_)) => "folded".to_owned(),
        Act::Under(None) => "unfolded".to_owned(),
        Act::Acknowledge => "acknowledged".to_owned(),
        Act::Assign(Some(to)) => format!("assigned to {}", to.name),
        Act::Assign(None) => "assigned to nobody".to_owned(),
        Act::Snooze(until) => format!("snoozed until {until}"),
        Act::Escalate => "escalated".to_owned(),
        Act::Comment(text) => format!("comment: {text}"),
        Act::Clearing(_) | Act::Count(_) | Act::Wake => "changed".to_owned(),
    }
}

/// The schema of an alert.
pub(super) fn alert_schema() -> Value {
    let time = || schema::or_null(schema::time());
    let line = schema::object(&[
        ("time", schema::time()),
        ("by", schema::or_null(schema::any_text())),
        ("act", schema::any_text()),
    ]);
    let person = schema::object(&[("id", schema::count()), ("name", schema::any_text())]);
    schema::object(&[
        ("id", schema::count()),
        ("rule", schema::count()),
        ("name", schema::any_text()),
        ("deviceId", schema::or_null(schema::any_text())),
        ("devices", schema::count()),
        ("fold", schema::any_text()),
        ("severity", severity()),
        ("state", schema::words(State::ALL.map(State::as_str))),
        ("beganTime", schema::time()),
        ("openedTime", time()),
        ("resolvedTime", time()),
        ("snoozedUntil", time()),
        ("escalatedTime", time()),
        ("assignee", schema::or_null(person)),
        ("flapping", schema::flag()),
        ("trail", schema::array(line)),
    ])
}

fn severity() -> Value {
    schema::words(Severity::ALL.map(Severity::as_str))
}

/// A rule as bodies give it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Body {
    name: String,
    severity: Severity,
    condition: String,
    #[serde(default)]
    for_seconds: u32,
    #[serde(default)]
    clear: String,
    #[serde(default)]
    clear_for_seconds: u32,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    fold_by: String,
    #[serde(default)]
    fold_at: u32,
    #[serde(default = "on")]
    mute_maintenance: bool,
    #[serde(default)]
    mute_window: Option<Slug>,
    #[serde(default)]
    escalate_after_seconds: u32,
    #[serde(default = "on")]
    enabled: bool,
}

fn on() -> bool {
    true
}

impl From<Body> for RuleDraft {
    fn from(body: Body) -> Self {
        Self {
            name: body.name,
            severity: body.severity,
            condition: body.condition,
            for_s: body.for_seconds,
            clear: body.clear,
            clear_for_s: body.clear_for_seconds,
            scope: body.scope,
            fold_by: body.fold_by,
            fold_at: body.fold_at,
            mute_maintenance: body.mute_maintenance,
            mute_window: body.mute_window,
            escalate_after_s: body.escalate_after_seconds,
            enabled: body.enabled,
        }
    }
}

fn rule_members() -> Vec<(&'static str, Value)> {
    let seconds = || json!({ "type": "integer", "minimum": 0, "maximum": MAX_DURATION_S });
    let condition = || schema::text(MAX_CONDITION);
    vec![
        ("name", schema::text(MAX_NAME)),
        ("severity", severity()),
        ("condition", condition()),
        ("forSeconds", seconds()),
        ("clear", condition()),
        ("clearForSeconds", seconds()),
        ("scope", condition()),
        ("foldBy", condition()),
        (
            "foldAt",
            json!({ "type": "integer", "minimum": 0, "maximum": MAX_FOLD_AT }),
        ),
        ("muteMaintenance", schema::flag()),
        ("muteWindow", schema::or_null(schema::any_text())),
        ("escalateAfterSeconds", seconds()),
        ("enabled", schema::flag()),
    ]
}

fn body() -> Value {
    schema::closed(&rule_members(), &["name", "severity", "condition"])
}

/// The schema of a rule.
pub(super) fn rule_schema() -> Value {
    let mut members = rule_members();
    members.push(("id", schema::count()));
    members.push(("etag", schema::any_text()));
    schema::object(&members)
}

fn rule_answer() -> Value {
    schema::named("AlertRule")
}

fn rule_shown(rule: &Rule) -> Value {
    let draft = &rule.draft;
    json!({
        "id": rule.id.0,
        "etag": rule.etag.to_string(),
        "name": draft.name,
        "severity": draft.severity.as_str(),
        "condition": draft.condition,
        "forSeconds": draft.for_s,
        "clear": draft.clear,
        "clearForSeconds": draft.clear_for_s,
        "scope": draft.scope,
        "foldBy": draft.fold_by,
        "foldAt": draft.fold_at,
        "muteMaintenance": draft.mute_maintenance,
        "muteWindow": draft.mute_window,
        "escalateAfterSeconds": draft.escalate_after_s,
        "enabled": draft.enabled,
    })
}

/// Numbers of alerts as bodies give them.
fn ids_schema() -> Value {
    json!({
        "type": "array",
        "items": { "type": "integer", "format": "int64", "minimum": 1 },
        "minItems": 1,
        "maxItems": muster_service::alerts::MAX_AT_ONCE,
    })
}

fn changed() -> Value {
    schema::object(&[("changed", schema::count())])
}
