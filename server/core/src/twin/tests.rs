//! Twin rules of spec §7 as tables.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

const T0: Timestamp = Timestamp::from_secs(100);
const T1: Timestamp = Timestamp::from_secs(200);

fn merge(tags: Option<Value>, desired: Option<Value>) -> ServiceWrite {
    ServiceWrite {
        mode: Mode::Merge,
        tags,
        desired,
    }
}

#[test]
fn merging_follows_spec_7_4() {
    let check = |base: Value, patch: Value, want: Value| {
        let got = merge::merged(base.as_object().unwrap(), patch.as_object().unwrap());
        assert_eq!(Value::Object(got), want, "{base} + {patch}");
    };
    check(json!({"a":1}), json!({"b":2}), json!({"a":1,"b":2}));
    check(
        json!({"a":{"x":1}}),
        json!({"a":{"y":2}}),
        json!({"a":{"x":1,"y":2}}),
    );
    check(
        json!({"a":{"x":1}}),
        json!({"a":{"x":null}}),
        json!({"a":{}}),
    );
    check(json!({"a":1}), json!({"a":null,"b":null}), json!({}));
    check(json!({"a":1}), json!({"a":{}}), json!({"a":{}}));
    check(json!({"a":{"x":1}}), json!({"a":{}}), json!({"a":{"x":1}}));
    check(json!({"a":[1,2]}), json!({"a":[3]}), json!({"a":[3]}));
    check(
        json!({}),
        json!({"a":{"b":null,"c":{"d":null}}}),
        json!({"a":{"c":{}}}),
    );
}

#[test]
fn counters_move_only_with_their_own_writes() {
    let mut twin = Twin::new(T0);
    twin.apply_reported(&json!({"fw":"1"}), None, T1).unwrap();
    assert_eq!(
        (
            twin.version,
            twin.reported.version,
            twin.desired.version,
            twin.etag
        ),
        (2, 2, 1, ETag(1))
    );
    let applied = twin
        .apply_service(&merge(Some(json!({"site":"b7"})), None), T1)
        .unwrap();
    assert_eq!(applied.desired, None);
    assert_eq!(
        (
            twin.version,
            twin.reported.version,
            twin.desired.version,
            twin.etag
        ),
        (3, 2, 1, ETag(2))
    );
    let applied = twin
        .apply_service(&merge(None, Some(json!({"interval":60,"net":null}))), T1)
        .unwrap();
    assert_eq!(
        applied.desired,
        Some(json!({"interval":60,"net":null,"$version":2}))
    );
    assert_eq!(
        (twin.version, twin.desired.version, twin.etag),
        (4, 2, ETag(3))
    );
    twin.apply_service(&merge(None, None), T1).unwrap();
    assert_eq!(twin.version, 4);
}

#[test]
fn replacing_empties_absent_sections_and_announces_the_whole() {
    let mut twin = Twin::new(T0);
    twin.apply_service(&merge(Some(json!({"a":1})), Some(json!({"x":{"y":1}}))), T0)
        .unwrap();
    let write = ServiceWrite {
        mode: Mode::Replace,
        tags: None,
        desired: Some(json!({"z":1,"n":null,"$version":99})),
    };
    let applied = twin.apply_service(&write, T1).unwrap();
    assert!(twin.tags.is_empty());
    assert_eq!(applied.desired, Some(json!({"z":1,"$version":3})));
    assert_eq!(Value::Object(twin.desired.value.clone()), json!({"z":1}));
}

#[test]
fn a_refused_section_refuses_the_whole_write() {
    let mut twin = Twin::new(T0);
    let before = twin.clone();
    let error = twin.apply_service(&merge(Some(json!({"ok":1})), Some(json!({"a.b":1}))), T1);
    assert!(matches!(error, Err(TwinError::Key { .. })));
    assert_eq!(twin, before);
}

#[test]
fn limits_follow_spec_7_3() {
    let nested = |levels: usize| (0..levels).fold(json!(1), |inner, _| json!({ "k": inner }));
    let check = |patch: Value, ok: bool| {
        let mut twin = Twin::new(T0);
        let got = twin.apply_reported(&patch, None, T1);
        assert_eq!(
            got.is_ok(),
            ok,
            "{got:?} for {}",
            patch.to_string().get(..60).unwrap_or("…")
        );
    };
    check(
        json!({"a":4_503_599_627_370_495_i64,"b":-4_503_599_627_370_496_i64}),
        true,
    );
    check(json!({"a":4_503_599_627_370_496_i64}), false);
    check(json!({"a":u64::MAX}), false);
    check(json!({"a":1.5e300}), true);
    check(json!({"a":"x".repeat(4096)}), true);
    check(json!({"a":"x".repeat(4097)}), false);
    check(json!({"a b":1}), false);
    check(json!({"a$":1}), false);
    check(json!({"a#":1}), false);
    check(json!({"\u{7}":1}), false);
    check(json!({"":1}), true);
    check(json!({"k".repeat(1024):1}), true);
    check(json!({"k".repeat(1025):1}), false);
    check(nested(11), true);
    check(nested(12), false);
    check(json!({"a":[1,null]}), false);
    check(json!({"a":[{"b":1}]}), true);
    check(json!([1]), false);
    check(json!(null), false);
}

#[test]
fn size_counts_keys_and_values() {
    let fill = |bytes: usize| {
        let mut object = Object::new();
        let mut left = bytes;
        for i in 0.. {
            let len = left.saturating_sub(4).min(4000);
            object.insert(format!("{i:04}"), "x".repeat(len).into());
            left -= len + 4;
            if left < 4 {
                break;
            }
        }
        Value::Object(object)
    };
    let check = |bytes, ok: bool| {
        let got = Twin::new(T0).apply_reported(&fill(bytes), None, T1);
        assert_eq!(got.is_ok(), ok, "{bytes}: {got:?}");
    };
    check(32 * 1024, true);
    check(32 * 1024 + 8, false);
}

#[test]
fn a_device_can_demand_a_version() {
    let mut twin = Twin::new(T0);
    assert_eq!(twin.apply_reported(&json!({}), Some(1), T1), Ok(2));
    assert_eq!(
        twin.apply_reported(&json!({}), Some(1), T1),
        Err(TwinError::VersionMismatch {
            expected: 1,
            current: 2
        })
    );
}

#[test]
fn metadata_stamps_what_was_written_and_what_it_lies_in() {
    let mut twin = Twin::new(T0);
    twin.apply_service(
        &merge(None, Some(json!({"interval":30,"net":{"apn":"iot"}}))),
        T0,
    )
    .unwrap();
    twin.apply_service(&merge(None, Some(json!({"interval":60,"net":{}}))), T1)
        .unwrap();
    let wire = twin.properties_view();
    let meta = &wire["desired"]["$metadata"];
    assert_eq!(meta["$lastUpdatedVersion"], 3);
    assert_eq!(meta["interval"]["$lastUpdatedVersion"], 3);
    assert_eq!(meta["net"]["$lastUpdatedVersion"], 2);
    assert_eq!(meta["net"]["apn"]["$lastUpdated"], T0.to_string());
    assert!(wire["reported"]["$metadata"]["$lastUpdatedVersion"].is_null());
    assert_eq!(
        twin.device_view(),
        json!({"desired":{"interval":60,"net":{"apn":"iot"},"$version":3},"reported":{"$version":1}})
    );
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-1000_i64..1000).prop_map(Value::from),
            "[a-z]{0,3}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| object_of(inner).prop_map(Value::Object))
    }

    fn object_of(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Object> {
        prop::collection::btree_map("[a-d]", inner, 0..4).prop_map(|m| m.into_iter().collect())
    }

    fn has_null(value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::Object(o) => o.values().any(has_null),
            _ => false,
        }
    }

    /// Every key of the value has a stamp and every stamp a key, at every level.
    fn stamps_match(object: &Object, meta: &Meta) -> bool {
        object.len() == meta.children.len()
            && object
                .iter()
                .all(|(key, value)| match (meta.children.get(key), value) {
                    (Some(m), Value::Object(inner)) => stamps_match(inner, m),
                    (Some(m), _) => m.children.is_empty(),
                    (None, _) => false,
                })
    }

    proptest! {
        #[test]
        fn any_run_of_writes_keeps_the_twin_well_formed(
            writes in prop::collection::vec((any::<bool>(), any::<bool>(), object_of(value())), 1..8)
        ) {
            let mut twin = Twin::new(T0);
            for (i, (desired, replace, patch)) in writes.into_iter().enumerate() {
                let at = Timestamp::from_secs(1000 + i as i64);
                let before = twin.clone();
                let patch = Value::Object(patch);
                if desired {
                    let mode = if replace { Mode::Replace } else { Mode::Merge };
                    let write = ServiceWrite { mode, tags: None, desired: Some(patch) };
                    twin.apply_service(&write, at).unwrap();
                    prop_assert_eq!(twin.desired.version, before.desired.version + 1);
                    prop_assert_eq!(&twin.reported, &before.reported);
                } else {
                    twin.apply_reported(&patch, None, at).unwrap();
                    prop_assert_eq!(twin.etag, before.etag);
                    prop_assert_eq!(&twin.desired, &before.desired);
                }
                prop_assert_eq!(twin.version, before.version + 1);
                for section in [&twin.desired, &twin.reported] {
                    prop_assert!(!section.value.values().any(has_null));
                    prop_assert!(stamps_match(&section.value, &section.meta), "{section:?}");
                }
            }
        }

        #[test]
        fn merging_twice_is_merging_once(base in object_of(value()), patch in object_of(value())) {
            let base = merge::without_nulls(&base);
            let once = merge::merged(&base, &patch);
            prop_assert_eq!(merge::merged(&once, &patch), once.clone());
        }
    }
}
