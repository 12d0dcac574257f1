//! A JSON value that somebody types for a device.

use muster_core::method::MAX_METHOD_PAYLOAD;
use serde_json::Value;

use crate::panels::twin::document::misread;

/// Reads the payload of a call, or says where it stops being JSON. An empty text is nothing.
pub fn read(text: &str) -> Result<Value, String> {
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    let value: Value = serde_json::from_str(text).map_err(|error| misread(&error))?;
    let size = value.to_string().len();
    if size > MAX_METHOD_PAYLOAD {
        return Err(format!(
            "A payload has at most {} bytes; this one has {}.",
            crate::format::count(MAX_METHOD_PAYLOAD as u64),
            crate::format::count(size as u64)
        ));
    }
    Ok(value)
}

/// The value as people read it.
pub fn written(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("a JSON value is JSON")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn payloads_are_read_or_refused_with_a_place() {
        let check = |text: &str, want: Result<Value, &str>| {
            assert_eq!(read(text), want.map_err(str::to_owned), "{text:.40}");
        };
        check("", Ok(Value::Null));
        check(" \n", Ok(Value::Null));
        check("null", Ok(Value::Null));
        check("\"now\"", Ok(json!("now")));
        check("{\"delay\": 3}", Ok(json!({"delay": 3})));
        check(
            "{\n \"delay\": }",
            Err("Line 2, column 11: expected value."),
        );
        let large = format!("\"{}\"", "x".repeat(MAX_METHOD_PAYLOAD));
        check(
            &large,
            Err("A payload has at most 131,072 bytes; this one has 131,074."),
        );
    }
}
