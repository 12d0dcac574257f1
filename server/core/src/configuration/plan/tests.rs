//! The rules of merging: by cases, and against a model.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use super::*;
use crate::twin::merge::merged;
use proptest::prelude::*;
use serde_json::json;

fn read(content: &Value) -> Assignments {
    Assignments::parse(content).unwrap()
}

fn object(json: &Value) -> Object {
    json.as_object().unwrap().clone()
}

/// Plans with contents whose priority is their place, lowest first.
fn planned(contents: &[Assignments], current: &Object) -> Plan {
    let claims: Vec<Claim<'_>> = contents
        .iter()
        .zip(1..)
        .map(|(assignments, place)| Claim {
            rank: (place, i64::from(place)),
            assignments,
        })
        .collect();
    plan(&claims, current)
}

fn applied(current: &Object, plan: &Plan) -> Object {
    plan.writes
        .iter()
        .fold(current.clone(), |desired, (_, patch)| {
            merged(&desired, patch)
        })
}

#[test]
fn the_highest_priority_wins_path_by_path() {
    let check = |contents: &[Value], current: Value, writes: Value, winners: &[i64]| {
        let contents: Vec<Assignments> = contents.iter().map(read).collect();
        let plan = planned(&contents, &object(&current));
        let found: Vec<Value> = plan
            .writes
            .iter()
            .map(|((_, number), patch)| json!([number, patch]))
            .collect();
        assert_eq!(json!(found), writes, "{contents:?}");
        let found: Vec<i64> = plan.winners.iter().map(|(_, number)| *number).collect();
        assert_eq!(found, winners, "{contents:?}");
    };
    let a = |value: Value| json!({"properties.desired.a": value});
    check(&[], json!({"x": 1}), json!([]), &[]);
    check(
        &[a(json!(1))],
        json!({"x": 1}),
        json!([[1, {"a": 1}]]),
        &[1],
    );
    check(&[a(json!(1))], json!({"a": 1}), json!([]), &[1]);
    check(&[a(json!(1))], json!({"a": 1.0}), json!([]), &[1]);
    // The lower one loses its only path.
    check(
        &[a(json!(1)), a(json!(2))],
        json!({}),
        json!([[2, {"a": 2}]]),
        &[2],
    );
    // What is at the path is replaced, not merged.
    check(
        &[a(json!({"b": 1}))],
        json!({"a": {"c": 2}}),
        json!([[1, {"a": {"b": 1, "c": null}}]]),
        &[1],
    );
    check(
        &[a(json!({"b": 1}))],
        json!({"a": 5}),
        json!([[1, {"a": {"b": 1}}]]),
        &[1],
    );
    check(
        &[a(json!({}))],
        json!({"a": {"c": 2}}),
        json!([[1, {"a": {"c": null}}]]),
        &[1],
    );
    check(&[a(json!({}))], json!({}), json!([[1, {"a": {}}]]), &[1]);
    check(
        &[a(Value::Null)],
        json!({"a": 5}),
        json!([[1, {"a": null}]]),
        &[1],
    );
    check(&[a(Value::Null)], json!({}), json!([]), &[1]);
    // A path inside another: both stand, or the outer one decides all.
    let inner = json!({"properties.desired.a.b": 9});
    check(
        &[a(json!({"b": 1, "c": 2})), inner.clone()],
        json!({}),
        json!([[1, {"a": {"c": 2}}], [2, {"a": {"b": 9}}]]),
        &[2, 1],
    );
    check(
        &[inner.clone(), a(json!({"c": 2}))],
        json!({}),
        json!([[2, {"a": {"c": 2}}]]),
        &[2],
    );
    check(
        &[inner],
        json!({"a": [1]}),
        json!([[1, {"a": {"b": 9}}]]),
        &[1],
    );
    check(
        &[json!({"properties.desired": {"a": 1}})],
        json!({"x": 1}),
        json!([[1, {"a": 1, "x": null}]]),
        &[1],
    );
    check(&[json!({})], json!({"x": 1}), json!([]), &[]);
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3..3_i64).prop_map(Value::from),
        (-1.0..1.0_f64).prop_map(Value::from),
        "[xy]".prop_map(Value::from),
        prop::collection::vec(0..2_i64, 0..2).prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop::collection::btree_map("[abc]", inner, 0..3).prop_map(|map| json!(map))
    })
}

fn desired() -> impl Strategy<Value = Object> {
    prop::collection::btree_map("[abc]", value(), 0..4)
        .prop_map(|map| crate::twin::merge::without_nulls(&object(&json!(map))))
}

fn assignments() -> impl Strategy<Value = Assignments> {
    prop::collection::btree_map("properties\\.desired(\\.[abc]){1,3}", value(), 0..4)
        .prop_filter_map("paths that say it once", |map| {
            Assignments::parse(&json!(map)).ok()
        })
}

/// Every property that one path leads to, or that leads to it.
fn is_named(assignments: &[Assignments], path: &[&str]) -> bool {
    let mut all = assignments.iter().flat_map(Assignments::paths);
    all.any(|assigned| assigned.iter().zip(path).all(|(a, b)| a == b))
}

fn leaves<'a>(object: &'a Object, path: &mut Vec<&'a str>, tell: &mut impl FnMut(&[&str], &Value)) {
    for (key, value) in object {
        path.push(key);
        match value {
            Value::Object(inner) => leaves(inner, path, tell),
            leaf => tell(path, leaf),
        }
        path.pop();
    }
}

proptest! {
    /// The model: each assignment in turn, lowest first, puts its value where its path leads.
    #[test]
    fn writes_make_what_the_model_makes(all in prop::collection::vec(assignments(), 0..4), current in desired()) {
        let mut model = current.clone();
        for assignments in &all {
            assignments.write_into(&mut model);
        }
        let made = applied(&current, &planned(&all, &current));
        prop_assert!(same(&json!(made), &json!(model)), "{:?} {:?}", made, model);
    }

    #[test]
    fn a_second_time_nothing_is_left_to_write(all in prop::collection::vec(assignments(), 0..4), current in desired()) {
        let made = applied(&current, &planned(&all, &current));
        prop_assert_eq!(planned(&all, &made).writes, vec![]);
    }

    #[test]
    fn the_order_of_arrival_does_not_matter(
        all in prop::collection::vec(assignments(), 0..4), current in desired(), turn in 0..4_usize,
    ) {
        let mut claims: Vec<Claim<'_>> = all
            .iter()
            .zip(1..)
            .map(|(assignments, place)| Claim { rank: (place, 0), assignments })
            .collect();
        let before = plan(&claims, &current);
        let turn = turn.min(claims.len());
        claims.rotate_left(turn);
        prop_assert_eq!(plan(&claims, &current), before);
    }

    /// Whatever was configured before: without its configuration a value stays, unless another one names it.
    #[test]
    fn what_ends_takes_nothing_back(
        gone in assignments(), rest in prop::collection::vec(assignments(), 0..3), current in desired(),
    ) {
        let before = applied(&current, &planned(std::slice::from_ref(&gone), &current));
        let after = Value::Object(applied(&before, &planned(&rest, &before)));
        let mut lost = None;
        leaves(&before, &mut Vec::new(), &mut |path, leaf| {
            let found = path.iter().try_fold(&after, |value, key| value.get(*key));
            if !is_named(&rest, path) && found != Some(leaf) {
                lost = Some(path.join("."));
            }
        });
        prop_assert_eq!(lost, None);
    }
}
