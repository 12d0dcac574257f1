//! Merge patch (spec §7.4, after RFC 7396): objects merge, null removes, anything else replaces.

use serde_json::Value;

use super::Object;

/// `base` with `patch` merged in. Nulls are never stored; removing the last leaf leaves an empty object.
pub fn merged(base: &Object, patch: &Object) -> Object {
    let mut result = base.clone();
    merge_into(&mut result, patch);
    result
}

/// The object as a replacement stores it: members that are null, at any depth of objects, are left out; `$version` and
/// `$metadata` at the top are ignored.
pub fn without_nulls(object: &Object) -> Object {
    let mut result = Object::new();
    merge_into(&mut result, object);
    result
}

fn merge_into(base: &mut Object, patch: &Object) {
    for (key, value) in patch {
        if key == "$version" || key == "$metadata" {
            continue;
        }
        merge_member(base, key, value);
    }
}

fn merge_member(base: &mut Object, key: &str, value: &Value) {
    match value {
        Value::Null => {
            base.remove(key);
        }
        Value::Object(patch) => {
            let slot = base
                .entry(key)
                .or_insert_with(|| Value::Object(Object::new()));
            if !slot.is_object() {
                *slot = Value::Object(Object::new());
            }
            if let Value::Object(inner) = slot {
                for (key, value) in patch {
                    merge_member(inner, key, value);
                }
            }
        }
        other => {
            base.insert(key.to_owned(), other.clone());
        }
    }
}
