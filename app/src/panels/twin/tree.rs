//! A JSON object as its leaves: what people compare, edit and merge is one value at one path.

use muster_core::twin::Object;
use serde_json::Value;

/// The keys from the top to a value.
pub type Path = Vec<String>;

/// The path as people write it. Keys of twins hold no dots, so nothing is lost.
pub fn dotted(path: &[String]) -> String {
    path.join(".")
}

/// Every value that is not an object with members, with its path.
pub fn leaves(object: &Object) -> Vec<(Path, &Value)> {
    let mut found = Vec::new();
    collect(object, &mut Vec::new(), &mut found);
    found
}

fn collect<'a>(object: &'a Object, above: &mut Path, found: &mut Vec<(Path, &'a Value)>) {
    for (key, value) in object {
        above.push(key.clone());
        match value {
            Value::Object(inner) if !inner.is_empty() => collect(inner, above, found),
            leaf => found.push((above.clone(), leaf)),
        }
        above.pop();
    }
}

/// The value at a path, if there is one.
pub fn at<'a>(object: &'a Object, path: &[String]) -> Option<&'a Value> {
    let (last, above) = path.split_last()?;
    let mut object = object;
    for key in above {
        object = object.get(key)?.as_object()?;
    }
    object.get(last)
}

/// The merge patch that turns `from` into `to`; empty when they are equal.
pub fn diff(from: &Object, to: &Object) -> Object {
    let mut patch = Object::new();
    for key in from.keys().filter(|key| !to.contains_key(*key)) {
        patch.insert(key.clone(), Value::Null);
    }
    for (key, wanted) in to {
        match (from.get(key), wanted) {
            (Some(present), wanted) if present == wanted => {}
            (Some(Value::Object(present)), Value::Object(wanted)) => {
                patch.insert(key.clone(), Value::Object(diff(present, wanted)));
            }
            _ => {
                patch.insert(key.clone(), wanted.clone());
            }
        }
    }
    patch
}

/// Whether two values mean the same: numbers count by value, so `300` equals `300.0`.
pub fn same(a: &Value, b: &Value) -> bool {
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
        (a, b) => a == b,
    }
}

/// A value as lists and tables show it: strings without quotes, everything else as JSON.
pub fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
pub(super) mod generate {
    //! Made-up objects for property tests.

    use super::*;
    use proptest::prelude::*;

    fn scalar() -> impl Strategy<Value = Value> {
        prop_oneof![
            any::<bool>().prop_map(Value::from),
            (-9i32..9).prop_map(Value::from),
            (-4i32..4).prop_map(|n| Value::from(f64::from(n) / 2.0)),
            "[a-c \"\\\\é]{0,3}".prop_map(Value::from),
            prop::collection::vec(0u8..3, 0..3).prop_map(Value::from),
        ]
    }

    /// Small objects with few keys, so that two of them often meet.
    pub(in crate::panels::twin) fn object() -> impl Strategy<Value = Object> {
        let members = |inner: BoxedStrategy<Value>| {
            prop::collection::btree_map("[a-d]", inner, 0..4)
                .prop_map(|map| map.into_iter().collect::<Object>())
        };
        let value = scalar().boxed().prop_recursive(3, 24, 4, move |inner| {
            members(inner).prop_map(Value::Object)
        });
        prop::collection::btree_map("[a-d]", value, 0..4)
            .prop_map(|map| map.into_iter().collect::<Object>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use muster_core::twin::merge;
    use proptest::prelude::*;
    use serde_json::json;

    fn object(value: Value) -> Object {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn leaves_are_values_and_empty_objects() {
        let check = |value: Value, want: &[&str]| {
            let object = object(value);
            let paths: Vec<_> = leaves(&object)
                .iter()
                .map(|(path, _)| dotted(path))
                .collect();
            assert_eq!(paths, want);
        };
        check(json!({}), &[]);
        check(
            json!({"a": {"b": 1, "c": {}}, "d": [1]}),
            &["a.b", "a.c", "d"],
        );
    }

    #[test]
    fn patches_name_only_what_changes() {
        let check = |from, to, patch| assert_eq!(diff(&object(from), &object(to)), object(patch));
        check(json!({"a": 1}), json!({"a": 1}), json!({}));
        check(
            json!({"a": 1, "b": 2}),
            json!({"b": 3}),
            json!({"a": null, "b": 3}),
        );
        check(
            json!({"a": {"b": 1, "c": 2}}),
            json!({"a": {"c": 2}}),
            json!({"a": {"b": null}}),
        );
        check(
            json!({"a": 1}),
            json!({"a": {"b": 1}}),
            json!({"a": {"b": 1}}),
        );
        check(json!({}), json!({"a": {}}), json!({"a": {}}));
    }

    #[test]
    fn numbers_are_the_same_by_value() {
        let check = |a: Value, b: Value, want| assert_eq!(same(&a, &b), want, "{a} {b}");
        check(json!(300), json!(300.0), true);
        check(json!([1, {"x": 2.0}]), json!([1.0, {"x": 2}]), true);
        check(json!(1), json!("1"), false);
        check(json!(null), json!(0), false);
    }

    proptest! {
        #[test]
        fn a_patch_leads_from_one_to_the_other(
            from in generate::object(),
            to in generate::object(),
        ) {
            prop_assert_eq!(merge::merged(&from, &diff(&from, &to)), to);
        }

        #[test]
        fn every_leaf_is_found_at_its_path(object in generate::object()) {
            for (path, value) in leaves(&object) {
                prop_assert_eq!(at(&object, &path), Some(value));
            }
        }
    }
}
