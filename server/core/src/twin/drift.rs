//! Drift: the device is not what it should be.

use serde_json::Value;

use super::Object;
use crate::firmware::Version;

/// Whether some desired leaf is absent from the reported properties or has another value there. Arrays are leaves;
/// 1 and 1.0 are the same number. What only `reported` has is no drift.
///
/// What the hub asks with a firmware update is no property of the device but the way to one: there the version alone
/// counts.
pub fn drift(desired: &Object, reported: &Object) -> bool {
    desired
        .iter()
        .any(|(key, wanted)| match firmware_asked(key, wanted) {
            Some(version) => {
                let runs = reported
                    .get(key)
                    .and_then(|found| found["version"].as_str());
                !runs.is_some_and(|runs| same_version(version, runs))
            }
            None => differs(wanted, reported.get(key)),
        })
}

fn differs(wanted: &Value, found: Option<&Value>) -> bool {
    match (wanted, found) {
        (Value::Object(wanted), found) => wanted
            .iter()
            .any(|(key, wanted)| differs(wanted, found.and_then(|found| found.get(key)))),
        (wanted, Some(found)) => !same(wanted, found),
        (_, None) => true,
    }
}

/// The version that a firmware update asks for.
fn firmware_asked<'a>(key: &str, wanted: &'a Value) -> Option<&'a str> {
    let update = key == "firmware" && wanted["sha256"].is_string();
    wanted["version"].as_str().filter(|_| update)
}

fn same_version(wanted: &str, runs: &str) -> bool {
    match (Version::new(wanted), Version::new(runs)) {
        (Ok(wanted), Ok(runs)) => wanted == runs,
        _ => wanted == runs,
    }
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    #[test]
    fn drift_is_a_desired_leaf_that_is_not_reported() {
        let check = |desired: Value, reported: Value, want| {
            let got = drift(desired.as_object().unwrap(), reported.as_object().unwrap());
            assert_eq!(got, want, "{desired} against {reported}");
        };
        check(json!({}), json!({"a": 1}), false);
        check(json!({"a": 1}), json!({"a": 1, "b": 2}), false);
        check(json!({"a": 1}), json!({"a": 1.0}), false);
        check(json!({"a": 1}), json!({"a": 2}), true);
        check(json!({"a": 1}), json!({}), true);
        check(
            json!({"a": {"b": 1}}),
            json!({"a": {"b": 1, "c": 2}}),
            false,
        );
        check(json!({"a": {"b": 1}}), json!({"a": {"c": 2}}), true);
        check(json!({"a": {"b": 1}}), json!({"a": 1}), true);
        check(json!({"a": {}}), json!({}), false);
        check(json!({"a": 1}), json!({"a": {"b": 1}}), true);
        check(json!({"a": [1, 2]}), json!({"a": [1.0, 2]}), false);
        check(json!({"a": [1, 2]}), json!({"a": [1]}), true);
        let update = json!({"firmware": {"version": "4.4.0", "sha256": "ab", "url": "https://…"}});
        check(
            update.clone(),
            json!({"firmware": {"version": "4.4"}}),
            false,
        );
        check(
            update.clone(),
            json!({"firmware": {"version": "4.3"}}),
            true,
        );
        check(update, json!({}), true);
        let setting = json!({"firmware": {"version": "4.4.0", "slot": "b"}});
        check(setting, json!({"firmware": {"version": "4.4.0"}}), true);
        check(json!({"a": [{"b": 1}]}), json!({"a": [{"b": 2}]}), true);
    }
}
