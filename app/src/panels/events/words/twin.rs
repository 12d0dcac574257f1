//! Changes of twins in sentences.

use serde_json::Value;

use super::text;
use crate::format;
use crate::panels::twin::tree;

/// Changes that are named one by one; more are counted.
const NAMED: usize = 3;

/// Longest value that is written out, in characters.
const MAX_VALUE: usize = 48;

/// What somebody asked of a device or its module, or brought back.
pub(super) fn asked(who: &str, module: Option<&str>, detail: &Value) -> String {
    let restored = detail.get("restored").and_then(Value::as_u64);
    let said = match (restored, module) {
        (Some(version), _) => format!(
            "{who} brought desired properties back to version {}: {}",
            format::count(version),
            changes(detail)
        ),
        (None, Some(module)) => format!("{who} asked its module {module} for {}", changes(detail)),
        (None, None) => format!("{who} asked for {}", changes(detail)),
    };
    match text(detail, "reason") {
        Some(reason) => format!("{said}, because: {reason}"),
        None => said,
    }
}

/// What a patch of a twin says, with the version it made: `reporting.interval = 300, radio removed (version 42)`.
pub(super) fn changes(detail: &Value) -> String {
    let version = detail
        .get("version")
        .and_then(Value::as_u64)
        .map(|version| format!(" (version {})", format::count(version)))
        .unwrap_or_default();
    match detail.get("patch") {
        Some(patch) => format!("{}{version}", patched(patch)),
        None => format!("values too large to show here{version}"),
    }
}

/// What a patch says: `reporting.interval = 300, radio removed`.
pub(crate) fn patched(patch: &Value) -> String {
    let Some(patch) = patch.as_object() else {
        return "nothing at all".to_owned();
    };
    let leaves = tree::leaves(patch);
    let mut parts: Vec<String> = leaves
        .iter()
        .filter(|(path, _)| path.first().is_none_or(|key| !key.starts_with('$')))
        .map(|(path, value)| change(&tree::dotted(path), value))
        .collect();
    let more = parts.len().saturating_sub(NAMED);
    parts.truncate(NAMED);
    let named = parts.join(", ");
    match (named.is_empty(), more) {
        (true, _) => "no change".to_owned(),
        (false, 0) => named,
        (false, more) => format!("{named} and {} more", format::number_word(more as u64)),
    }
}

fn change(path: &str, value: &Value) -> String {
    if value.is_null() {
        return format!("{path} removed");
    }
    let mut shown = tree::shown(value);
    if shown.chars().count() > MAX_VALUE {
        shown = shown.chars().take(MAX_VALUE).chain(['…']).collect();
    }
    format!("{path} = {shown}")
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
    fn twin_changes_name_what_changed() {
        check(
            ann(),
            EventKind::DesiredChanged,
            json!({"patch": {"reporting": {"interval": 300, "$x": null}, "radio": null}, "version": 1042}),
            "Ann asked for radio removed, reporting.$x removed, reporting.interval = 300 (version 1,042).",
        );
        check(
            Cause::Device,
            EventKind::Reported,
            json!({"patch": {"a": 1, "b": "two", "c": [3], "d": true, "e": {}, "$version": 4}}),
            "It reported a = 1, b = two, c = [3] and two more.",
        );
        check(
            Cause::Console,
            EventKind::TagsChanged,
            json!({"patch": {"note": "x".repeat(60)}}),
            &format!("The command line changed tags: note = {}….", "x".repeat(48)),
        );
        check(
            ann(),
            EventKind::DesiredChanged,
            json!({"patch": {}}),
            "Ann asked for no change.",
        );
        check(
            ann(),
            EventKind::DesiredChanged,
            json!({"version": 3}),
            "Ann asked for values too large to show here (version 3).",
        );
    }

    #[test]
    fn going_back_says_to_what_and_why() {
        check(
            ann(),
            EventKind::DesiredChanged,
            json!({"patch": {"fan": null}, "version": 9, "restored": 2, "reason": "too loud"}),
            "Ann brought desired properties back to version 2: fan removed (version 9), because: too loud.",
        );
    }
}
