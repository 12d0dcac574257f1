//! Bulk operations in sentences.

use muster_core::event::EventKind;
use serde_json::Value;

use super::text;
use crate::format::plural;

pub(super) fn sentence(who: &str, it: &str, kind: EventKind, detail: &Value) -> String {
    let title = text(detail, "title").unwrap_or("an operation");
    let wave = detail.get("wave").and_then(Value::as_u64).unwrap_or(0) + 1;
    let said = match kind {
        EventKind::OperationCreated => format!("{who} handed in the operation “{title}”"),
        EventKind::OperationStarted => format!("the operation “{title}” began"),
        EventKind::OperationPaused => format!("{who} paused the operation “{title}”"),
        EventKind::OperationResumed => match detail.get("retry").and_then(Value::as_u64) {
            Some(n) if n > 0 => {
                let devices = plural(n, "device", "devices");
                format!("{who} had {devices} of “{title}” tried again")
            }
            _ => format!("{who} let the operation “{title}” go on"),
        },
        EventKind::OperationStopped => match text(detail, "state") {
            Some("cancelled") => format!("{who} called off the operation “{title}”"),
            Some("rolled_back") => format!("{who} took the operation “{title}” back"),
            Some("expired") => format!("the time of the operation “{title}” ran out"),
            _ => format!("{who} stopped the operation “{title}”"),
        },
        EventKind::OperationFinished => match text(detail, "state") {
            Some("completed_with_failures") => {
                format!("the operation “{title}” is through, with failures")
            }
            _ => format!("the operation “{title}” is through"),
        },
        EventKind::WaveOpened => format!("wave {wave} of “{title}” opened"),
        EventKind::WavePassed => format!("wave {wave} of “{title}” proved good"),
        EventKind::GateOverridden => format!("{who} overrode a gate of “{title}”"),
        _ => format!("{it} failed in the operation “{title}”"),
    };
    let why = text(detail, "reason").or(text(detail, "why"));
    match why {
        Some(why) => format!("{said}: {why}"),
        None => said,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn operations_are_named() {
        let check = |kind, detail: Value, want: &str| {
            assert_eq!(sentence("Ann", "it", kind, &detail), want);
        };
        check(
            EventKind::OperationStopped,
            json!({ "operation": 7, "title": "Slow down", "state": "stopped", "reason": "too loud" }),
            "Ann stopped the operation “Slow down”: too loud",
        );
        check(
            EventKind::OperationResumed,
            json!({ "operation": 7, "title": "Slow down", "state": "running", "retry": 1 }),
            "Ann had 1 device of “Slow down” tried again",
        );
        check(
            EventKind::WaveOpened,
            json!({ "operation": 7, "title": "Slow down", "wave": 1 }),
            "wave 2 of “Slow down” opened",
        );
        check(
            EventKind::TargetFailed,
            json!({ "operation": 7, "title": "Slow down", "why": "no answer" }),
            "it failed in the operation “Slow down”: no answer",
        );
    }
}
