//! Approval by a second person: what waits, deciding, and the rules.

pub(super) mod decide;
pub(super) mod list;
pub(super) mod policy;
pub(super) mod set_policy;
pub(super) mod show;
pub(super) mod withdraw;

use muster_core::approval::{Act, Approval, ApprovalPolicy, ApprovalState, MAX_HOURS, Subject};
use muster_service::{Access, Hub};
use serde_json::{Map, Value, json};

use super::{schema, wire};

const TAG: &str = "Approvals";

/// A request, with whether whoever asks may decide it.
pub(super) async fn approval(hub: &Hub, access: &Access, approval: &Approval) -> Value {
    let (person, operation, after) = match &approval.subject {
        Subject::Person { id, .. } => (Some(id), None, None),
        Subject::Operation { id } => (None, Some(id), None),
        Subject::Policy { after, .. } => (None, None, Some(policy_json(after))),
    };
    let reasons: Vec<String> = approval.reasons.iter().map(ToString::to_string).collect();
    let pending = approval.state == ApprovalState::Pending;
    let decision = approval.decision.as_ref();
    json!({
        "approval": approval.id,
        "kind": approval.subject.kind(),
        "summary": approval.summary,
        "reasons": reasons,
        "changes": approval.subject.changes(),
        "person": person,
        "operation": operation,
        "policy": after,
        "impact": approval.impact,
        "askedBy": wire::actor(&approval.asked_by),
        "askedTime": approval.asked_at.to_string(),
        "expiresTime": approval.expires_at.to_string(),
        "state": approval.state,
        "mayDecide": pending && hub.may_decide(access, approval).await.is_ok(),
        "decidedBy": decision.map(|decision| wire::actor(&decision.by)),
        "decidedTime": wire::time(decision.map(|decision| decision.at)),
        "comment": decision.map(|decision| &decision.comment),
    })
}

/// The schema of [`approval`].
pub(super) fn approval_schema() -> Value {
    let or_text = || schema::or_null(schema::any_text());
    schema::object(&[
        ("approval", schema::count()),
        ("kind", schema::words(["person", "policy", "operation"])),
        ("summary", schema::any_text()),
        ("reasons", schema::array(schema::any_text())),
        (
            "changes",
            schema::array(schema::object(&[
                ("part", schema::any_text()),
                ("before", or_text()),
                ("after", or_text()),
            ])),
        ),
        ("person", schema::or_null(schema::count())),
        ("operation", schema::or_null(schema::count())),
        ("policy", schema::or_null(schema::named("ApprovalPolicy"))),
        (
            "impact",
            schema::or_null(schema::object(&[
                ("devices", schema::count()),
                ("fleet", schema::count()),
                ("query", or_text()),
                ("sample", schema::array(schema::any_text())),
            ])),
        ),
        ("askedBy", schema::actor()),
        ("askedTime", schema::time()),
        ("expiresTime", schema::time()),
        (
            "state",
            schema::words(ApprovalState::ALL.iter().map(|state| state.as_str())),
        ),
        ("mayDecide", schema::flag()),
        ("decidedBy", schema::or_null(schema::actor())),
        ("decidedTime", schema::or_null(schema::time())),
        ("comment", or_text()),
    ])
}

/// The rules, with every threshold.
fn policy_json(policy: &ApprovalPolicy) -> Value {
    let thresholds: Map<String, Value> = Act::ALL
        .iter()
        .map(|act| (act.as_str().to_owned(), json!(policy.threshold(*act))))
        .collect();
    json!({
        "thresholds": thresholds,
        "dangerousMethods": policy.dangerous_methods,
        "people": policy.people,
        "tools": policy.tools,
        "hours": policy.hours,
    })
}

/// The schema of the rules, also as they are given.
pub(super) fn policy_schema() -> Value {
    let or_number =
        |max: u32| schema::or_null(json!({ "type": "integer", "minimum": 0, "maximum": max }));
    let threshold = schema::object(&[
        ("devices", or_number(u32::MAX)),
        ("percent", or_number(100)),
    ]);
    let acts: Vec<(&str, Value)> = Act::ALL
        .iter()
        .map(|act| (act.as_str(), threshold.clone()))
        .collect();
    schema::closed(
        &[
            ("thresholds", schema::closed(&acts, &[])),
            ("dangerousMethods", schema::array(schema::any_text())),
            ("people", schema::flag()),
            ("tools", schema::flag()),
            (
                "hours",
                json!({ "type": "integer", "minimum": 1, "maximum": MAX_HOURS }),
            ),
        ],
        &["people", "tools", "hours"],
    )
}
