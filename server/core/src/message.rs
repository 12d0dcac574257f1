//! Device-to-cloud messages as the hub stores them (spec §2.8).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::{DeviceId, EventSeq};
use crate::time::Timestamp;

/// Largest telemetry message, payload and properties together, in bytes (spec §2.5).
pub const MAX_MESSAGE_BYTES: usize = 262_144;

/// A message a device sent, before the hub stored it.
#[derive(Clone, PartialEq, Debug)]
pub struct NewMessage {
    /// The sender.
    pub device: DeviceId,
    /// When the hub received it.
    pub at: Timestamp,
    /// System and application properties under their canonical names; `null` for a key without a value.
    pub properties: Vec<(String, Option<String>)>,
    /// The payload, any bytes.
    pub body: Vec<u8>,
}

/// A stored message.
#[derive(Clone, PartialEq, Debug)]
pub struct Message {
    /// Its place in the sequence of messages.
    pub seq: EventSeq,
    /// The message.
    pub content: NewMessage,
}

/// One number of a telemetry series.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Point {
    /// When.
    pub at: Timestamp,
    /// The value.
    pub value: f64,
}

/// Deepest nesting that [`numeric_fields`] looks into.
const MAX_DEPTH: usize = 4;

/// The finite numbers in a JSON payload, by dotted path: `{"t":{"inside":4.5}}` gives `t.inside = 4.5`.
/// Anything that is not a JSON object has none.
pub fn numeric_fields(body: &[u8]) -> Vec<(String, f64)> {
    let mut found = Vec::new();
    if let Ok(Value::Object(map)) = serde_json::from_slice(body) {
        collect(&Value::Object(map), "", MAX_DEPTH, &mut found);
    }
    found
}

fn collect(value: &Value, path: &str, depth: usize, found: &mut Vec<(String, f64)>) {
    match value {
        Value::Number(n) => found.extend(
            n.as_f64()
                .filter(|v| v.is_finite())
                .map(|v| (path.to_owned(), v)),
        ),
        Value::Object(map) if depth > 0 => {
            for (key, inner) in map {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                collect(inner, &path, depth - 1, found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_by_path() {
        let check = |body: &str, want: &[(&str, f64)]| {
            let want: Vec<_> = want.iter().map(|(p, v)| ((*p).to_owned(), *v)).collect();
            assert_eq!(numeric_fields(body.as_bytes()), want, "{body}");
        };
        check(
            r#"{"a":1,"t":{"inside":4.5},"s":"x"}"#,
            &[("a", 1.0), ("t.inside", 4.5)],
        );
        check("[1,2]", &[]);
        check("not json", &[]);
        check("{}", &[]);
    }
}
