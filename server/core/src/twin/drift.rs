//! Drift: the device is not what it should be.

use serde_json::Value;

use super::Object;

/// Whether some desired leaf is absent from the reported properties or has another value there. Arrays are leaves;
/// 1 and 1.0 are the same number. What only `reported` has is no drift.
pub fn drift(desired: &Object, reported: &Object) -> bool {
    desired
        .iter()
        .any(|(key, wanted)| match (wanted, reported.get(key)) {
            (Value::Object(wanted), Some(Value::Object(found))) => drift(wanted, found),
            (Value::Object(wanted), _) => drift(wanted, &Object::new()),
            (wanted, Some(found)) => !same(wanted, found),
            (_, None) => true,
        })
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
        check(json!({"a": [{"b": 1}]}), json!({"a": [{"b": 2}]}), true);
    }
}
