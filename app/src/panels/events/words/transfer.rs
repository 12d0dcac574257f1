//! Exports and imports of the registry as files.

use serde_json::Value;

use super::text;

/// A file was handed in.
pub(super) fn imported(who: &str, detail: &Value) -> String {
    match text(detail, "file") {
        Some(file) => format!("{who} began to import identities from {file}"),
        None => format!("{who} began to import identities"),
    }
}

/// The registry leaves as a file, if it does: then there is a file named.
pub(super) fn exported(who: &str, detail: &Value) -> Option<String> {
    let file = text(detail, "file")?;
    let keys = match detail.get("keys") {
        Some(Value::Bool(true)) => "with their keys",
        _ => "without keys",
    };
    if detail.get("fetched") == Some(&Value::Bool(true)) {
        return Some(format!("{who} downloaded {file}, identities {keys}"));
    }
    Some(format!("{who} began to export identities {keys} to {file}"))
}

/// An export or import ended.
pub(super) fn ended(detail: &Value) -> String {
    let what = text(detail, "what").unwrap_or("transfer");
    let devices = detail.get("devices").and_then(Value::as_u64).unwrap_or(0);
    match (text(detail, "state"), text(detail, "failure")) {
        (Some("completed"), _) => match detail.get("failed").and_then(Value::as_u64) {
            Some(failed) if failed > 0 => {
                format!("the {what} is done: {devices} devices, {failed} failed lines")
            }
            _ => format!("the {what} is done: {devices} devices"),
        },
        (Some("cancelled"), _) => format!("the {what} was called off after {devices} devices"),
        (_, Some(failure)) => format!("the {what} failed: {failure}"),
        _ => format!("the {what} failed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn transfers_in_words() {
        let file = json!({"file": "north/devices.txt", "keys": true});
        assert_eq!(
            exported("Ann", &file).as_deref(),
            Some("Ann began to export identities with their keys to north/devices.txt")
        );
        let fetched = json!({"file": "devices.txt", "keys": false, "fetched": true});
        assert_eq!(
            exported("Ann", &fetched).as_deref(),
            Some("Ann downloaded devices.txt, identities without keys")
        );
        assert_eq!(exported("Ann", &json!({"filter": "x"})), None);
        assert_eq!(
            imported("Ann", &file),
            "Ann began to import identities from north/devices.txt"
        );
        let check = |detail: Value, want: &str| assert_eq!(ended(&detail), want);
        check(
            json!({"what": "export", "state": "completed", "devices": 3, "failed": 0}),
            "the export is done: 3 devices",
        );
        check(
            json!({"what": "import", "state": "completed", "devices": 3, "failed": 2}),
            "the import is done: 3 devices, 2 failed lines",
        );
        check(
            json!({"what": "import", "state": "cancelled", "devices": 3}),
            "the import was called off after 3 devices",
        );
        check(
            json!({"what": "import", "state": "failed", "failure": "the file is gone"}),
            "the import failed: the file is gone",
        );
    }
}
