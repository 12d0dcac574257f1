//! Embeds and share links in words.

use serde_json::Value;

use super::text;

/// One was made.
pub(super) fn made(who: &str, detail: &Value) -> String {
    let name = text(detail, "name").unwrap_or("a panel");
    let parents = detail["parents"].as_array().into_iter().flatten();
    let parents: Vec<&str> = parents.filter_map(Value::as_str).collect();
    if parents.is_empty() {
        format!("{who} made the share link “{name}”")
    } else {
        format!(
            "{who} embedded “{name}” in {}",
            crate::format::list(&parents)
        )
    }
}

/// One was revoked.
pub(super) fn revoked(who: &str, detail: &Value) -> String {
    let name = text(detail, "name").unwrap_or("a panel");
    format!("{who} revoked the embed “{name}”")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn embeds_say_where_they_are() {
        let check = |parents: Value, want: &str| {
            let detail = json!({ "name": "Cold store", "parents": parents });
            assert_eq!(made("zoe", &detail), want);
        };
        check(json!([]), "zoe made the share link “Cold store”");
        check(
            json!(["https://portal.example"]),
            "zoe embedded “Cold store” in https://portal.example",
        );
        let detail = json!({ "name": "Cold store" });
        assert_eq!(
            revoked("zoe", &detail),
            "zoe revoked the embed “Cold store”"
        );
    }
}
