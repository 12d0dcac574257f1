//! Alerts and their rules in words.

use muster_core::alert::Why;
use muster_core::event::EventKind;
use serde_json::Value;

use super::text;

/// Something happened to an alert.
pub(super) fn happened(who: &str, kind: EventKind, detail: &Value) -> String {
    let of = match text(detail, "rule") {
        Some(rule) => format!(" “{rule}”"),
        None => String::new(),
    };
    match kind {
        EventKind::AlertOpened => match detail["devices"].as_u64() {
            Some(devices) if devices > 1 => format!("the alert{of} opened for {devices} devices"),
            _ => format!("the alert{of} opened"),
        },
        EventKind::AlertEscalated if text(detail, "why").is_some() => {
            format!("the alert{of} was passed on: nobody had acknowledged it")
        }
        EventKind::AlertEscalated => format!("{who} passed the alert{of} on"),
        EventKind::AlertResolved => {
            let why = serde_json::from_value::<Why>(detail["why"].clone());
            match why {
                Ok(Why::Person) => format!("{who} resolved the alert{of}"),
                Ok(why) => format!("the alert{of} ended: {}", why.in_words()),
                Err(_) => format!("the alert{of} ended"),
            }
        }
        _ => match (text(detail, "act"), text(detail, "to")) {
            (Some("acknowledged"), _) => format!("{who} acknowledged the alert{of}"),
            (Some("assigned"), Some(to)) => format!("{who} gave the alert{of} to {to}"),
            (Some("assigned"), None) => format!("{who} gave the alert{of} to nobody"),
            (Some("snoozed"), _) => format!("{who} snoozed the alert{of}"),
            _ => match text(detail, "comment") {
                Some(comment) => format!("{who} on the alert{of}: “{comment}”"),
                None => format!("{who} did something with the alert{of}"),
            },
        },
    }
}

/// A rule was made, changed or deleted.
pub(super) fn rule(who: &str, kind: EventKind, detail: &Value) -> String {
    let name = text(detail, "rule").unwrap_or_default();
    match kind {
        EventKind::AlertRuleDeleted => format!("{who} deleted the alert rule {name}"),
        _ => format!("{who} saved the alert rule {name}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn alerts_are_told() {
        use EventKind::{AlertEscalated, AlertHandled, AlertOpened, AlertResolved};
        let check = |kind, mut detail: Value, want: &str| {
            detail["rule"] = "Warm".into();
            assert_eq!(happened("ann", kind, &detail), want);
        };
        check(
            AlertOpened,
            json!({"devices": 1}),
            "the alert “Warm” opened",
        );
        check(
            AlertOpened,
            json!({"devices": 12}),
            "the alert “Warm” opened for 12 devices",
        );
        check(
            AlertResolved,
            json!({"why": "cleared"}),
            "the alert “Warm” ended: the condition no longer holds",
        );
        check(
            AlertResolved,
            json!({"why": "person"}),
            "ann resolved the alert “Warm”",
        );
        check(AlertEscalated, json!({}), "ann passed the alert “Warm” on");
        let given = json!({"act": "assigned", "to": "Bob"});
        check(AlertHandled, given, "ann gave the alert “Warm” to Bob");
        let said = json!({"act": "commented", "comment": "loose mount"});
        check(AlertHandled, said, "ann on the alert “Warm”: “loose mount”");
        let saved = rule("ann", EventKind::AlertRuleSaved, &json!({"rule": "Warm"}));
        assert_eq!(saved, "ann saved the alert rule Warm");
    }
}
