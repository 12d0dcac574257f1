//! The schemas of operations and plans.

use muster_core::lifecycle::Step;
use muster_core::operation::{MAX_ATTEMPTS, MAX_GATES, MAX_NAMED, MAX_TITLE, MAX_WAVES};
use serde_json::{Value, json};

use super::wire::CAUSES;
use super::{STATES, TARGET_STATES};
use crate::manage::parameter::device_id;
use crate::manage::schema::{
    any_text, array, closed, count, flag, free_object, named, object, or_null, text, time, words,
};

/// A plan as answers show it: with everything that was left out.
pub(in crate::manage) fn plan() -> Value {
    object(&[
        ("title", text(MAX_TITLE)),
        ("task", named("Task")),
        ("target", target_of_plan()),
        ("how", named("How")),
    ])
}

pub(in crate::manage) fn operation() -> Value {
    object(&members())
}

pub(in crate::manage) fn detail() -> Value {
    let mut all = members();
    all.extend([
        ("waves", array(wave_status())),
        ("waiting", array(waiting())),
        ("failures", array(failure())),
    ]);
    object(&all)
}

fn members() -> Vec<(&'static str, Value)> {
    vec![
        ("operation", count()),
        ("jobId", or_null(any_text())),
        ("plan", named("Plan")),
        ("state", words(STATES.iter().copied())),
        ("reason", or_null(any_text())),
        ("createdTime", time()),
        ("createdBy", named("Actor")),
        ("startedTime", or_null(time())),
        ("endedTime", or_null(time())),
        ("wave", or_null(count())),
        ("counts", named("Counts")),
        ("backOf", or_null(count())),
    ]
}

pub(in crate::manage) fn counts() -> Value {
    let names = ["total"].iter().chain(TARGET_STATES);
    let members: Vec<(&str, Value)> = names.map(|name| (*name, count())).collect();
    object(&members)
}

pub(in crate::manage) fn target() -> Value {
    object(&[
        ("deviceId", device_id()),
        ("wave", count()),
        ("state", words(TARGET_STATES.iter().copied())),
        ("attempt", count()),
        ("why", or_null(any_text())),
        ("gate", or_null(count())),
        (
            "step",
            or_null(words(["minted", "handed", "confirmed", "promoted"])),
        ),
        ("lookTime", or_null(time())),
        ("beganTime", or_null(time())),
        ("endedTime", or_null(time())),
        ("status", or_null(json!({ "type": "integer" }))),
        ("result", json!({})),
    ])
}

pub(in crate::manage) fn preview() -> Value {
    let sample = || array(device_id());
    object(&[
        ("targets", count()),
        ("sample", sample()),
        (
            "excluded",
            array(object(&[
                ("why", any_text()),
                ("devices", count()),
                ("sample", sample()),
            ])),
        ),
        (
            "conflicts",
            array(object(&[
                ("operation", count()),
                ("title", any_text()),
                ("devices", count()),
            ])),
        ),
        ("waves", array(count())),
        ("forecast", or_null(forecast())),
        ("approval", or_null(any_text())),
        ("warnings", array(any_text())),
    ])
}

fn forecast() -> Value {
    let point = object(&[("time", time()), ("done", count())]);
    object(&[
        ("finishTime", or_null(time())),
        ("done", count()),
        ("left", count()),
        ("waveTimes", array(or_null(time()))),
        ("curve", array(point)),
    ])
}

pub(in crate::manage) fn draft() -> Value {
    object(&[
        ("draft", count()),
        ("body", free_object()),
        ("changedTime", time()),
    ])
}

fn wave_status() -> Value {
    let states = ["later", "open", "soaking", "held", "passed"];
    object(&[
        ("wave", wave()),
        ("state", words(states)),
        ("counts", named("Counts")),
        ("openedTime", or_null(time())),
        ("soakUntil", or_null(time())),
    ])
}

fn waiting() -> Value {
    object(&[
        ("cause", words(CAUSES)),
        ("gate", or_null(count())),
        ("why", any_text()),
        ("devices", count()),
        ("lookTime", or_null(time())),
        ("heldBy", or_null(count())),
    ])
}

fn failure() -> Value {
    object(&[
        ("why", any_text()),
        ("devices", count()),
        ("retryable", flag()),
    ])
}

/// What is done to each device: one of several, told apart by `kind`.
pub(in crate::manage) fn task() -> Value {
    let step = words([
        name(Step::EnterMaintenance),
        name(Step::LeaveMaintenance),
        name(Step::Retire),
    ]);
    json!({ "oneOf": [
        kind("updateTwin", &[("tags", or_null(free_object())), ("desired", or_null(free_object()))], &[]),
        kind(
            "invokeMethod",
            &[
                ("name", method()),
                ("payload", json!({})),
                ("connectTimeoutS", seconds(0, 300)),
                ("responseTimeoutS", seconds(5, 300)),
            ],
            &["name"],
        ),
        kind(
            "installFirmware",
            &[
                ("artifact", any_text()),
                ("healthyCheckIns", seconds(0, 255)),
                ("soakS", seconds(0, DELAY)),
                ("backTo", or_null(any_text())),
            ],
            &["artifact", "healthyCheckIns", "soakS"],
        ),
        kind("changeStage", &[("step", step), ("reason", any_text())], &["step", "reason"]),
        kind("setEnabled", &[("enabled", flag()), ("reason", any_text())], &["enabled", "reason"]),
        kind("rotateKeys", &[], &[]),
        kind("delete", &[], &[]),
        kind("restoreDesired", &[("at", time())], &["at"]),
        kind("import", &[("file", any_text())], &["file"]),
        kind("export", &[("withoutKeys", flag())], &["withoutKeys"]),
    ] })
}

fn name(step: Step) -> &'static str {
    match step {
        Step::Provision => "provision",
        Step::FirstContact => "first_contact",
        Step::EnterMaintenance => "enter_maintenance",
        Step::LeaveMaintenance => "leave_maintenance",
        Step::Retire => "retire",
    }
}

fn target_of_plan() -> Value {
    let ids =
        json!({ "type": "array", "items": device_id(), "minItems": 1, "maxItems": MAX_NAMED });
    json!({ "oneOf": [
        kind("query", &[("text", text(muster_query::MAX_TEXT))], &["text"]),
        kind("devices", &[("ids", ids)], &["ids"]),
    ] })
}

/// When and how; what is left out takes its usual value.
pub(in crate::manage) fn how() -> Value {
    let many =
        |item: Value, most: usize| json!({ "type": "array", "items": item, "maxItems": most });
    let limits = closed(
        &[
            ("perMinute", or_null(seconds(1, u32::MAX))),
            ("inFlight", or_null(seconds(1, u32::MAX))),
        ],
        &[],
    );
    closed(
        &[
            ("startsAt", or_null(time())),
            ("expiresAt", or_null(time())),
            ("waves", many(wave(), MAX_WAVES)),
            ("gates", many(gate(), MAX_GATES)),
            ("limits", limits),
            ("offline", words(["fail", "wait", "next_contact"])),
            ("attempts", seconds(1, MAX_ATTEMPTS.into())),
            ("retryAfterS", seconds(0, DELAY)),
            ("timeoutS", seconds(0, DELAY)),
            ("newcomers", flag()),
            ("failures", or_null(failure_rule())),
        ],
        &[],
    )
}

/// Longest pause of a plan, in seconds: 90 days.
const DELAY: u32 = 90 * 24 * 3600;

fn wave() -> Value {
    let size = json!({ "oneOf": [
        kind("count", &[("devices", seconds(1, u32::MAX))], &["devices"]),
        kind("permille", &[("share", seconds(1, 1000))], &["share"]),
        kind("query", &[("text", text(muster_query::MAX_TEXT))], &["text"]),
        kind("rest", &[], &[]),
    ] });
    closed(
        &[
            ("size", size),
            ("successPercent", seconds(0, 100)),
            ("soakS", seconds(0, DELAY)),
            ("manual", flag()),
        ],
        &["size"],
    )
}

fn gate() -> Value {
    json!({ "oneOf": [
        kind("window", &[("window", any_text())], &["window"]),
        kind("calendar", &[("calendar", any_text())], &["calendar"]),
        kind("condition", &[("label", any_text()), ("text", any_text())], &["label", "text"]),
        kind("place", &[("place", any_text()), ("inside", flag())], &["place", "inside"]),
        kind("online", &[], &[]),
    ] })
}

fn failure_rule() -> Value {
    closed(
        &[
            ("count", or_null(seconds(1, u32::MAX))),
            ("percent", or_null(seconds(0, 100))),
            ("after", seconds(0, u32::MAX)),
            ("then", words(["pause", "stop", "roll_back"])),
        ],
        &["after", "then"],
    )
}

fn method() -> Value {
    text(muster_core::method::MAX_METHOD_NAME)
}

/// One of several shapes: the one of this kind.
fn kind(kind: &str, members: &[(&str, Value)], required: &[&str]) -> Value {
    let mut all = vec![("kind", json!({ "type": "string", "const": kind }))];
    all.extend(members.iter().cloned());
    let required: Vec<&str> = ["kind"].iter().chain(required).copied().collect();
    closed(&all, &required)
}

fn seconds(from: u32, to: u32) -> Value {
    json!({ "type": "integer", "minimum": from, "maximum": to })
}
