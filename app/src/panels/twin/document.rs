//! A section of a twin as a JSON document that somebody types.

use muster_core::twin::{Object, limits};
use serde_json::Value;

/// Which section.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Section {
    /// What people and tools say about the device.
    Tags,
    /// What the device should be.
    Desired,
}

impl Section {
    /// The name of its field in forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tags => "tags",
            Self::Desired => "desired",
        }
    }

    fn limit(self) -> usize {
        match self {
            Self::Tags => limits::MAX_TAGS,
            Self::Desired => limits::MAX_PROPERTIES,
        }
    }
}

/// The document as people read it.
pub fn written(object: &Object) -> String {
    serde_json::to_string_pretty(object).expect("an object of JSON values is JSON")
}

/// Reads a document by the rules of twins, or says where it breaks one. An empty text is an empty section; members
/// that are null are left out.
pub fn read(section: Section, text: &str) -> Result<Object, String> {
    let object = if text.trim().is_empty() {
        Object::new()
    } else {
        match serde_json::from_str(text) {
            Ok(Value::Object(object)) => muster_core::twin::merge::without_nulls(&object),
            Ok(_) => {
                return Err("A section is an object: it begins with { and ends with }.".to_owned());
            }
            Err(error) => return Err(misread(&error)),
        }
    };
    check(section, &object)?;
    Ok(object)
}

/// Whether a section keeps the rules of twins.
pub fn check(section: Section, object: &Object) -> Result<(), String> {
    limits::check_section(section.name(), object, section.limit())
        .map_err(|error| crate::format::sentence(&error.to_string()))
}

/// Where the text stops being JSON.
pub fn misread(error: &serde_json::Error) -> String {
    let whole = error.to_string();
    let what = whole.split(" at line ").next().unwrap_or(&whole);
    format!("Line {}, column {}: {what}.", error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panels::twin::tree::generate;
    use serde_json::json;

    #[test]
    fn documents_are_read_or_refused_with_a_place() {
        let check = |text: &str, want: Result<Value, &str>| {
            let found = read(Section::Tags, text).map(Value::Object);
            assert_eq!(found, want.map_err(str::to_owned), "{text}");
        };
        check("", Ok(json!({})));
        check(
            "{\"a\": {\"b\": null, \"c\": 1}}",
            Ok(json!({"a": {"c": 1}})),
        );
        check(
            "[1]",
            Err("A section is an object: it begins with { and ends with }."),
        );
        check(
            "{\n  \"a\": 1,\n}",
            Err("Line 3, column 1: trailing comma."),
        );
        check(
            "{\"a\": [null]}",
            Err("Tags: null is not allowed inside an array."),
        );
        check(
            "{\"a b\": 1}",
            Err("Tags: key \"a b\" may not contain control characters, '.', '$', '#' or spaces."),
        );
    }

    #[test]
    fn limits_differ_by_section() {
        let text = format!(
            "{{\"a\": \"{}\", \"b\": \"{}\", \"c\": \"{}\"}}",
            "x".repeat(4000),
            "x".repeat(4000),
            "x".repeat(4000)
        );
        assert!(read(Section::Tags, &text).is_err());
        assert!(read(Section::Desired, &text).is_ok());
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read_back(object in generate::object()) {
            proptest::prop_assert_eq!(read(Section::Desired, &written(&object)), Ok(object));
        }
    }
}
