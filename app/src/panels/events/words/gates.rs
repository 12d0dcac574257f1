//! Windows, calendars and places in sentences.

use muster_core::event::EventKind;
use serde_json::Value;

use super::text;

pub(super) fn sentence(who: &str, kind: EventKind, detail: &Value) -> String {
    let sheet = || {
        let what = match text(detail, "kind") {
            Some("calendar") => "the service calendar",
            Some("place") => "the place",
            _ => "the window",
        };
        format!("{what} “{}”", text(detail, "name").unwrap_or_default())
    };
    match kind {
        EventKind::WindowSaved => format!("{who} kept {}", sheet()),
        EventKind::WindowDeleted => format!("{who} deleted {}", sheet()),
        _ => format!(
            "{who} put devices without a time zone of their own into {}",
            text(detail, "zone").unwrap_or("another zone")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sheets_are_named() {
        let check = |kind, detail: Value, want: &str| {
            assert_eq!(sentence("Ann", kind, &detail), want);
        };
        check(
            EventKind::WindowSaved,
            json!({ "kind": "window", "id": "night", "name": "Night" }),
            "Ann kept the window “Night”",
        );
        check(
            EventKind::WindowDeleted,
            json!({ "kind": "calendar", "id": "shops", "name": "Shops" }),
            "Ann deleted the service calendar “Shops”",
        );
        check(
            EventKind::ZoneChanged,
            json!({ "zone": "Europe/Berlin", "before": "UTC" }),
            "Ann put devices without a time zone of their own into Europe/Berlin",
        );
    }
}
