//! What a task changes about a device: whether two tasks collide, whether a patch changes anything, and how it is
//! taken back.

use serde_json::Value;

use super::{Task, TaskKind};
use crate::twin::Object;

/// Whether two tasks may not be at one device at the same time. Calls of methods change nothing the hub knows of, and
/// exports only read.
pub fn collides(a: &Task, b: &Task) -> bool {
    if let (
        Task::UpdateTwin { tags, desired },
        Task::UpdateTwin {
            tags: other_tags,
            desired: other_desired,
        },
    ) = (a, b)
    {
        return overlap(tags.as_ref(), other_tags.as_ref())
            || overlap(desired.as_ref(), other_desired.as_ref());
    }
    let harmless = |task: &Task| matches!(task.kind(), TaskKind::InvokeMethod | TaskKind::Export);
    let deletes = |task: &Task| task.kind() == TaskKind::Delete;
    (!harmless(a) && !harmless(b)) || deletes(a) || deletes(b)
}

/// Whether two patches write the same place, or one writes what the other lies below.
fn overlap(a: Option<&Value>, b: Option<&Value>) -> bool {
    match (a, b) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => a.iter().any(|(key, value)| {
            b.get(key)
                .is_some_and(|other| overlap(Some(value), Some(other)))
        }),
        (Some(_), Some(_)) => true,
        _ => false,
    }
}

/// Whether merging the patch would change anything.
pub fn would_change(base: &Object, patch: &Value) -> bool {
    let Value::Object(patch) = patch else {
        return true;
    };
    patch
        .iter()
        .any(|(key, value)| match (base.get(key), value) {
            (found, Value::Null) => found.is_some(),
            (Some(Value::Object(base)), Value::Object(_)) => would_change(base, value),
            (found, value) => found != Some(value),
        })
}

/// The patch that brings back what `patch` is about to change; `None` when it changes nothing.
pub fn undo_of(base: &Object, patch: &Value) -> Option<Object> {
    let Value::Object(patch) = patch else {
        return None;
    };
    let mut undo = Object::new();
    for (key, value) in patch {
        match (base.get(key), value) {
            (None, Value::Null) => {}
            (Some(Value::Object(inner)), Value::Object(_)) => {
                if let Some(inner) = undo_of(inner, value) {
                    undo.insert(key.clone(), Value::Object(inner));
                }
            }
            (None, _) => {
                undo.insert(key.clone(), Value::Null);
            }
            (Some(before), value) if before != value => {
                undo.insert(key.clone(), before.clone());
            }
            (Some(_), _) => {}
        }
    }
    (!undo.is_empty()).then_some(undo)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::twin::merge::merged;

    fn twin(desired: Value) -> Task {
        Task::UpdateTwin {
            tags: None,
            desired: Some(desired),
        }
    }

    #[test]
    fn tasks_collide_where_they_write_the_same() {
        let method = || Task::InvokeMethod {
            name: "reboot".parse().unwrap(),
            payload: Value::Null,
            connect_timeout_s: 0,
            response_timeout_s: 30,
        };
        let check = |a: Task, b: Task, want| {
            assert_eq!(collides(&a, &b), want, "{a:?} {b:?}");
            assert_eq!(collides(&b, &a), want);
        };
        check(twin(json!({"a": 1})), twin(json!({"b": 1})), false);
        check(twin(json!({"a": 1})), twin(json!({"a": 2})), true);
        check(
            twin(json!({"a": {"b": 1}})),
            twin(json!({"a": {"c": 1}})),
            false,
        );
        check(twin(json!({"a": {"b": 1}})), twin(json!({"a": null})), true);
        check(twin(json!({"a": 1})), method(), false);
        check(twin(json!({"a": 1})), Task::RotateKeys, true);
        check(method(), Task::Delete, true);
        check(Task::RotateKeys, Task::RotateKeys, true);
    }

    fn document() -> impl Strategy<Value = Object> {
        let leaf = prop_oneof![Just(Value::Null), (0..3_i64).prop_map(Value::from)];
        let value = leaf.prop_recursive(3, 12, 3, |inner| {
            prop::collection::btree_map("[ab]", inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect()))
        });
        prop::collection::btree_map("[abc]", value, 0..4).prop_map(|map| map.into_iter().collect())
    }

    proptest! {
        #[test]
        fn what_was_merged_can_be_taken_back(base in document(), patch in document()) {
            let base = crate::twin::merge::without_nulls(&base);
            let after = merged(&base, &patch);
            let patch = Value::Object(patch);
            let back = undo_of(&base, &patch).unwrap_or_default();
            // An object that the patch made stays behind when it was empty, or replaced nothing.
            if would_change(&base, &patch) {
                prop_assert_eq!(merged(&after, &back), base);
            } else {
                prop_assert_eq!(&after, &base);
                prop_assert!(back.is_empty());
            }
        }
    }
}
