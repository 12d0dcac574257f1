//! What desired properties were: replaying changes, comparing two states, finding the way back.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Object, merge};

/// Desired properties after a change: `patch` merged into them, or in their place when the change `replaced` them.
/// JSON null clears them either way.
pub fn replayed(before: &Object, patch: &Value, replaced: bool) -> Object {
    match patch {
        Value::Object(patch) if replaced => merge::without_nulls(patch),
        Value::Object(patch) => merge::merged(before, patch),
        _ => Object::new(),
    }
}

/// A property that differs between two states; `None` where it is absent.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Difference {
    /// The path, keys with dots between.
    pub path: String,
    /// What it was.
    pub before: Option<Value>,
    /// What it is then.
    pub after: Option<Value>,
}

/// What differs, leaf by leaf and in the order of paths. Arrays are leaves, and so are objects without members.
pub fn differences(before: &Object, after: &Object) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(before, after, "", &mut found);
    found
}

fn compare(before: &Object, after: &Object, above: &str, found: &mut Vec<Difference>) {
    let mut keys: Vec<&String> = before.keys().chain(after.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        let path = if above.is_empty() {
            key.clone()
        } else {
            [above, ".", key].concat()
        };
        match (before.get(key), after.get(key)) {
            (Some(Value::Object(before)), Some(Value::Object(after)))
                if !before.is_empty() || !after.is_empty() =>
            {
                if before.is_empty() || after.is_empty() {
                    // An object without members is a leaf of its own.
                    let gone = before.is_empty().then(|| Value::Object(Object::new()));
                    let come = after.is_empty().then(|| Value::Object(Object::new()));
                    push(found, &path, gone, come);
                }
                compare(before, after, &path, found);
            }
            (before, after) if before == after => {}
            (before, after) => {
                leaves(before, &path, &mut |path, value| {
                    push(found, path, Some(value), None);
                });
                leaves(after, &path, &mut |path, value| {
                    push(found, path, None, Some(value));
                });
            }
        }
    }
}

/// Both sides of one path stand in one line.
fn push(found: &mut Vec<Difference>, path: &str, before: Option<Value>, after: Option<Value>) {
    if let Some(last) = found.iter_mut().find(|last| last.path == path) {
        last.before = last.before.take().or(before);
        last.after = last.after.take().or(after);
        return;
    }
    found.push(Difference {
        path: path.to_owned(),
        before,
        after,
    });
}

fn leaves(value: Option<&Value>, path: &str, each: &mut dyn FnMut(&str, Value)) {
    match value {
        None => {}
        Some(Value::Object(object)) if !object.is_empty() => {
            for (key, value) in object {
                leaves(Some(value), &[path, ".", key].concat(), each);
            }
        }
        Some(value) => each(path, value.clone()),
    }
}

/// The merge patch that leads from `now` to `then`; empty when they are the same.
pub fn way_back(now: &Object, then: &Object) -> Object {
    let mut patch = Object::new();
    for key in now.keys().filter(|key| !then.contains_key(*key)) {
        patch.insert(key.clone(), Value::Null);
    }
    for (key, wanted) in then {
        let step = match (now.get(key), wanted) {
            (Some(found), wanted) if found == wanted => continue,
            (Some(Value::Object(found)), Value::Object(wanted)) => {
                Value::Object(way_back(found, wanted))
            }
            (_, wanted) => wanted.clone(),
        };
        patch.insert(key.clone(), step);
    }
    patch
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::time::Timestamp;
    use crate::twin::{Mode, ServiceWrite, Twin};

    fn object(value: Value) -> Object {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn differences_name_each_leaf() {
        let check = |before: Value, after: Value, want: &[(&str, Value, Value)]| {
            let found = differences(&object(before), &object(after));
            let found: Vec<_> = found
                .into_iter()
                .map(|d| {
                    let side = |value: Option<Value>| value.unwrap_or(Value::Null);
                    (d.path, side(d.before), side(d.after))
                })
                .collect();
            let want: Vec<_> = want
                .iter()
                .map(|(path, a, b)| ((*path).to_owned(), a.clone(), b.clone()))
                .collect();
            assert_eq!(found, want);
        };
        let null = || Value::Null;
        check(json!({}), json!({}), &[]);
        check(json!({"a": 1}), json!({"a": 1}), &[]);
        check(
            json!({"a": 1, "b": {"c": 2, "d": 3}}),
            json!({"a": 2, "b": {"c": 2}, "e": [1]}),
            &[
                ("a", json!(1), json!(2)),
                ("b.d", json!(3), null()),
                ("e", null(), json!([1])),
            ],
        );
        check(
            json!({"a": 1}),
            json!({"a": {"b": 1}}),
            &[("a", json!(1), null()), ("a.b", null(), json!(1))],
        );
        check(
            json!({"a": {"b": 1}}),
            json!({"a": {}}),
            &[("a", null(), json!({})), ("a.b", json!(1), null())],
        );
        check(json!({}), json!({"a": {}}), &[("a", null(), json!({}))]);
    }

    #[test]
    fn the_way_back_is_a_merge_patch() {
        let check = |now: Value, then: Value, want: Value| {
            assert_eq!(way_back(&object(now), &object(then)), object(want));
        };
        check(json!({"a": 1}), json!({"a": 1}), json!({}));
        check(
            json!({"a": 1, "b": 2}),
            json!({"a": 3}),
            json!({"a": 3, "b": null}),
        );
        check(
            json!({"a": {"b": 1, "c": 2}}),
            json!({"a": {"b": 1}}),
            json!({"a": {"c": null}}),
        );
        check(json!({"a": {"b": 1}}), json!({"a": [1]}), json!({"a": [1]}));
    }

    fn leaf() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (0..3_i64).prop_map(Value::from),
            Just(json!([1, "x"])),
        ]
    }

    fn objects() -> impl Strategy<Value = Object> {
        let value = leaf().prop_recursive(3, 12, 3, |inner| {
            proptest::collection::btree_map("[abc]", inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect()))
        });
        proptest::collection::btree_map("[abc]", value, 0..4)
            .prop_map(|map| map.into_iter().collect())
    }

    proptest! {
        /// Replaying what was written leads to what is stored, from the beginning and from anywhere between.
        #[test]
        fn changes_replay_to_the_document(
            writes in proptest::collection::vec((0..3_u8, objects()), 1..8),
            from in 0..8_usize,
        ) {
            let mut twin = Twin::new(Timestamp::default());
            let mut states = vec![Object::new()];
            let mut changes = Vec::new();
            for (how, patch) in writes {
                let mode = if how == 1 { Mode::Replace } else { Mode::Merge };
                let patch = if how == 2 { Value::Null } else { Value::Object(patch) };
                let write = ServiceWrite { mode, tags: None, desired: Some(patch.clone()) };
                twin.apply_service(&write, Timestamp::default()).unwrap();
                states.push(twin.desired.value.clone());
                changes.push((patch, how == 1));
            }
            let from = from.min(changes.len());
            let mut state = states[from].clone();
            for (patch, replaced) in &changes[from..] {
                state = replayed(&state, patch, *replaced);
            }
            prop_assert_eq!(state, twin.desired.value);
        }

        #[test]
        fn the_way_back_leads_back(now in objects(), then in objects()) {
            let (now, then) = (merge::without_nulls(&now), merge::without_nulls(&then));
            let back = way_back(&now, &then);
            prop_assert_eq!(merge::merged(&now, &back), then.clone());
            prop_assert_eq!(back.is_empty(), now == then);
        }

        #[test]
        fn differences_are_none_when_nothing_differs(a in objects(), b in objects()) {
            let (a, b) = (merge::without_nulls(&a), merge::without_nulls(&b));
            let found = differences(&a, &b);
            prop_assert_eq!(found.is_empty(), a == b);
            let there = differences(&b, &a);
            prop_assert_eq!(found.len(), there.len());
            for one in &found {
                let other = there.iter().find(|other| other.path == one.path).unwrap();
                prop_assert_eq!((&one.before, &one.after), (&other.after, &other.before));
                prop_assert_ne!(&one.before, &one.after);
            }
        }
    }
}
