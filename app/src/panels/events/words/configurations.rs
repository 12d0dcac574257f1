//! Sentences about configurations.

use serde_json::Value;

use super::text;

/// Made or changed.
pub(super) fn saved(who: &str, detail: &Value) -> String {
    let what = format!("{who} saved {}", name(detail));
    match text(detail, "target") {
        Some("*") => format!("{what} for all devices"),
        Some(target) => format!("{what} for {target}"),
        None => format!("{what}, for no devices"),
    }
}

/// Deleted.
pub(super) fn deleted(who: &str, detail: &Value) -> String {
    format!("{who} deleted {}; what it wrote stays", name(detail))
}

fn name(detail: &Value) -> String {
    match text(detail, "configuration") {
        Some(name) => format!("the configuration {name}"),
        None => "a configuration".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sentences_name_the_configuration_and_its_devices() {
        let check = |target: &str, want: &str| {
            let detail = json!({"configuration": "ring2", "target": target});
            assert_eq!(saved("Ann", &detail), want);
        };
        check(
            "tags.ring = 2",
            "Ann saved the configuration ring2 for tags.ring = 2",
        );
        check("*", "Ann saved the configuration ring2 for all devices");
        check("", "Ann saved the configuration ring2, for no devices");
        let detail = json!({"configuration": "ring2"});
        assert_eq!(
            deleted("Ann", &detail),
            "Ann deleted the configuration ring2; what it wrote stays"
        );
    }
}
