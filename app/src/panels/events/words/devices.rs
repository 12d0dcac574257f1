//! Identities, contact and calls of methods in sentences.

use serde_json::Value;

use super::{text, with};
use crate::format;
use crate::live::wire::Cause;

pub(super) fn credentials(kind: &str) -> &str {
    match kind {
        "sas" => "shared keys",
        "selfSigned" => "self-signed certificates",
        "certificateAuthority" => "a certificate of a registered authority",
        other => other,
    }
}

pub(super) fn updated(who: &str, detail: &Value) -> String {
    let mut done = Vec::new();
    match text(detail, "status") {
        Some("enabled") => done.push("enabled it".to_owned()),
        Some("disabled") => done.push("disabled it".to_owned()),
        _ => {}
    }
    if let Some(kind) = text(detail, "credentials") {
        done.push(format!("gave it other credentials: {}", credentials(kind)));
    }
    if done.is_empty() {
        done.push("changed the identity".to_owned());
    }
    let done = done.join(" and ");
    match text(detail, "reason") {
        Some(reason) => format!("{who} {done}, because: {reason}"),
        None => format!("{who} {done}"),
    }
}

pub(super) fn staged(who: &str, cause: &Cause, detail: &Value) -> String {
    let to = text(detail, "to").or_else(|| text(detail, "stage"));
    match (cause, to) {
        (Cause::Device | Cause::Hub, Some(stage)) => format!("it is {stage} now"),
        (Cause::Device | Cause::Hub, None) => "it moved to another stage".to_owned(),
        (_, Some(stage)) => format!("{who} moved it to {stage}"),
        (_, None) => format!("{who} moved it to another stage"),
    }
}

/// A call of a method and what came of it.
pub(super) fn invoked(who: &str, detail: &Value) -> String {
    let method = text(detail, "method").unwrap_or("a method");
    let called = with(
        format!("{who} called {method}"),
        "of its module",
        text(detail, "module"),
    );
    let after = detail
        .get("duration_ms")
        .and_then(Value::as_i64)
        .map(|ms| format!(" after {}", format::latency(ms)))
        .unwrap_or_default();
    match text(detail, "result") {
        Some("answered") => match detail.get("status").and_then(Value::as_i64) {
            Some(status) => format!("{called}; it answered {status}{after}"),
            None => format!("{called}; it answered{after}"),
        },
        Some("not_online") => format!("{called}; it was not online for methods"),
        Some("no_answer") => format!("{called}; no answer came{after}"),
        Some("connection_lost") => format!("{called}; the connection ended before it answered"),
        Some("bad_answer") => format!("{called}; its answer could not be read"),
        _ => format!("{called}; it was not sent"),
    }
}

pub(super) fn connected(it: &str, detail: &Value) -> String {
    match (text(detail, "protocol"), text(detail, "address")) {
        (Some(protocol), Some(address)) => format!("{it} connected by {protocol} from {address}"),
        (Some(protocol), None) => format!("{it} connected by {protocol}"),
        _ => format!("{it} connected"),
    }
}

#[cfg(test)]
mod tests {
    use muster_core::event::EventKind;
    use serde_json::{Value, json};

    use super::super::sentence;
    use crate::live::wire::Cause;

    fn check(cause: Cause, kind: EventKind, detail: Value, want: &str) {
        assert_eq!(sentence(&cause, kind, &detail), want);
    }

    fn ann() -> Cause {
        Cause::Person("ann".to_owned())
    }

    #[test]
    fn contact_says_how_and_why() {
        check(
            Cause::Device,
            EventKind::Connected,
            json!({"protocol": "MQTT", "address": "10.1.2.3:4"}),
            "It connected by MQTT from 10.1.2.3:4.",
        );
        check(
            Cause::Device,
            EventKind::Disconnected,
            json!({"reason": "keep-alive missed"}),
            "It disconnected: keep-alive missed.",
        );
        check(
            Cause::Device,
            EventKind::StageChanged,
            json!({"to": "active"}),
            "It is active now.",
        );
    }

    #[test]
    fn calls_say_what_came_of_them() {
        let check = |detail, want| check(ann(), EventKind::MethodInvoked, detail, want);
        check(
            json!({"method": "reboot", "module": null, "result": "answered", "status": 200, "duration_ms": 42}),
            "Ann called reboot; it answered 200 after 42\u{a0}ms.",
        );
        check(
            json!({"method": "scan", "module": "radio", "result": "no_answer", "status": null, "duration_ms": 30004}),
            "Ann called scan of its module radio; no answer came after 30\u{a0}s.",
        );
        check(
            json!({"method": "reboot", "result": "not_online", "duration_ms": 0}),
            "Ann called reboot; it was not online for methods.",
        );
    }
}
