//! Requests for approval in words.

use serde_json::Value;

use super::text;

/// Somebody asked.
pub(super) fn requested(who: &str, detail: &Value) -> String {
    format!("{who} asked for approval{}", of(detail))
}

/// It ended.
pub(super) fn decided(who: &str, detail: &Value) -> String {
    let what = of(detail);
    let words = match text(detail, "state") {
        Some("approved") => format!("{who} approved a request{what}"),
        Some("refused") => format!("{who} refused a request{what}"),
        Some("withdrawn") => format!("{who} took a request back{what}"),
        _ => format!("a request ran out of time{what}"),
    };
    match text(detail, "comment") {
        Some(comment) => format!("{words} (“{comment}”)"),
        None => words,
    }
}

fn of(detail: &Value) -> String {
    match text(detail, "summary") {
        Some(summary) => format!(": {summary}"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn requests_and_their_ends() {
        let detail = json!({ "summary": "Zoe: role admin" });
        assert_eq!(
            requested("ann", &detail),
            "ann asked for approval: Zoe: role admin"
        );
        let check = |state, comment, want: &str| {
            let detail = json!({ "summary": "x", "state": state, "comment": comment });
            assert_eq!(decided("bob", &detail), want);
        };
        check("approved", "", "bob approved a request: x");
        check(
            "refused",
            "too early",
            "bob refused a request: x (“too early”)",
        );
        check("withdrawn", "", "bob took a request back: x");
        check("expired", "", "a request ran out of time: x");
    }
}
