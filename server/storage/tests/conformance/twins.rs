//! Twins: versions, tokens, order, and what a batch makes of it.

use futures::future::join_all;
use muster_core::device::{ETag, IfMatch};
use muster_core::event::EventKind;
use muster_core::twin::{Mode, ServiceWrite, Twin, TwinError};
use muster_storage::{EventQuery, Properties, ReportOutcome, StorageError, Store, TwinOutcome};
use serde_json::{Value, json};

use super::place::{Place, T0, ann, at, id, make, make_with, report};

fn merge(tags: Option<Value>, desired: Option<Value>) -> ServiceWrite {
    ServiceWrite {
        mode: Mode::Merge,
        tags,
        desired,
    }
}

async fn twin(store: &Store, name: &str) -> Twin {
    store.find_twin(&id(name)).await.unwrap().unwrap().twin
}

async fn write(
    store: &Store,
    name: &str,
    write: ServiceWrite,
    demand: Option<ETag>,
) -> TwinOutcome {
    let demand = demand.map(IfMatch::exactly);
    store
        .write_twin(id(name), write, demand, ann(), at(1))
        .await
        .unwrap()
}

pub(crate) async fn many_are_read_at_once(place: &Place) {
    let store = place.open().await;
    for name in ["a", "b", "c"] {
        make_with(&store, name, json!({"name": name})).await;
    }
    let deep = json!({"fw": {"v": "1.\u{e4}", "it's": [1, {"x": null}], "n": 1.50, "on": true}});
    let deep = muster_core::twin::merge::without_nulls(deep.as_object().unwrap());
    report(&store, "b", Value::Object(deep)).await;
    let rows = store
        .find_twins(&[id("c"), id("a"), id("none")])
        .await
        .unwrap();
    let mut names: Vec<_> = rows
        .iter()
        .map(|row| row.twin.tags["name"].clone())
        .collect();
    names.sort_by_key(ToString::to_string);
    assert_eq!(names, ["a", "c"]);
    let last = store.last_device().await.unwrap();
    let read = async |keys: &[&str]| {
        let part = store
            .property_values(Properties::Reported, keys, 0, last)
            .await
            .unwrap();
        assert_eq!(part.next, None);
        let values = part.values().unwrap();
        assert_eq!(values.len(), 3);
        assert!(
            values
                .iter()
                .all(|(device, value)| (*device == "b") == value.is_some()),
            "{keys:?}"
        );
        values.into_iter().find_map(|(_, value)| value).unwrap()
    };
    assert_eq!(read(&["fw", "v"]).await, "1.\u{e4}");
    assert_eq!(read(&["fw", "on"]).await, true);
    assert_eq!(read(&["fw", "n"]).await.as_f64(), Some(1.5));
    assert_eq!(read(&["fw", "it's"]).await[0], 1);
    assert!(read(&["fw"]).await.is_object());
    let desired = store
        .property_values(Properties::Desired, &["fw", "v"], 0, last)
        .await
        .unwrap();
    let values = desired.values().unwrap();
    assert!(values.iter().all(|(_, value)| value.is_none()));
    let behind = store
        .property_values(Properties::Desired, &["fw"], last, i64::MAX)
        .await
        .unwrap();
    assert!(behind.values().unwrap().is_empty());
}

pub(crate) async fn reports_move_versions(place: &Place) {
    let store = place.open().await;
    make_with(&store, "a", json!({"site": "b7"})).await;
    assert_eq!(
        report(&store, "a", json!({"fw": "1", "gone": {"x": 1}})).await,
        2
    );
    assert_eq!(
        report(&store, "a", json!({"fw": "2", "gone": null})).await,
        3
    );
    let now = twin(&store, "a").await;
    assert_eq!(Value::from(now.reported.value.clone()), json!({"fw": "2"}));
    assert_eq!(
        (now.version, now.reported.version, now.desired.version),
        (3, 3, 1)
    );
    assert_eq!(now.etag, ETag::FIRST);
    assert_eq!(Value::from(now.tags.clone()), json!({"site": "b7"}));

    let demanded = |version| store.report(id("a"), json!({"fw": "3"}), Some(version), T0);
    let mismatch = TwinError::VersionMismatch {
        expected: 2,
        current: 3,
    };
    assert_eq!(demanded(2).await.unwrap(), ReportOutcome::Refused(mismatch));
    assert_eq!(
        demanded(3).await.unwrap(),
        ReportOutcome::Done { version: 4 }
    );

    let query = EventQuery {
        device: Some(id("a")),
        limit: 1,
        ..EventQuery::default()
    };
    let newest = store.events(query).await.unwrap().rows.remove(0);
    assert_eq!(newest.kind, EventKind::Reported);
    assert_eq!(newest.detail, json!({"patch": {"fw": "3"}, "version": 4}));
    store.close().await;
    let store = place.open().await;
    assert_eq!(twin(&store, "a").await.reported.version, 4);
    store.close().await;
}

pub(crate) async fn service_writes_move_the_etag(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    let both = merge(Some(json!({"site": "b7"})), Some(json!({"interval": 60})));
    let TwinOutcome::Done {
        twin: answered,
        applied,
    } = write(&store, "a", both, Some(ETag(1))).await
    else {
        panic!()
    };
    assert_eq!(
        applied.desired,
        Some(json!({"interval": 60, "$version": 2}))
    );
    assert_eq!(applied.tags, Some(json!({"site": "b7"})));
    let stored = twin(&store, "a").await;
    assert_eq!(*answered, stored);
    assert_eq!(
        (stored.version, stored.desired.version, stored.etag),
        (2, 2, ETag(2))
    );
    let stamp = stored.desired.meta.at_path(&["interval"]).unwrap();
    assert_eq!((stamp.at, stamp.version), (at(1), Some(2)));

    let events = store
        .events(EventQuery {
            limit: 2,
            ..EventQuery::default()
        })
        .await
        .unwrap()
        .rows;
    assert_eq!(events[0].kind, EventKind::DesiredChanged);
    assert_eq!(
        events[0].detail,
        json!({"patch": {"interval": 60}, "version": 2})
    );
    assert_eq!(
        (events[1].kind, &events[1].actor),
        (EventKind::TagsChanged, &ann())
    );
    store.close().await;
}

pub(crate) async fn conflicts_change_nothing(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    write(&store, "a", merge(Some(json!({"x": 1})), None), None).await;
    let before = (twin(&store, "a").await, store.newest_event().await.unwrap());
    let stale = write(
        &store,
        "a",
        merge(Some(json!({"x": 2})), None),
        Some(ETag(1)),
    )
    .await;
    assert_eq!(stale, TwinOutcome::Conflict { current: ETag(2) });
    assert_eq!(
        (twin(&store, "a").await, store.newest_event().await.unwrap()),
        before
    );
    store.close().await;
}

pub(crate) async fn refused_writes_change_nothing(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    report(&store, "a", json!({"x": 1})).await;
    let before = (twin(&store, "a").await, store.newest_event().await.unwrap());
    let long = "y".repeat(5000);
    for patch in [json!([1]), json!({"a b": 1}), json!({"x": 2, "long": long})] {
        let refused = store
            .report(id("a"), patch.clone(), None, T0)
            .await
            .unwrap();
        assert!(matches!(refused, ReportOutcome::Refused(_)), "{patch}");
        let refused = write(
            &store,
            "a",
            merge(Some(patch.clone()), Some(json!({"z": 1}))),
            None,
        )
        .await;
        assert!(matches!(refused, TwinOutcome::Refused(_)), "{patch}");
    }
    assert_eq!(
        (twin(&store, "a").await, store.newest_event().await.unwrap()),
        before
    );
    store.close().await;
}

pub(crate) async fn replacement_clears_the_rest(place: &Place) {
    let store = place.open().await;
    make_with(&store, "a", json!({"site": "b7"})).await;
    write(&store, "a", merge(None, Some(json!({"x": 1}))), None).await;
    let replace = ServiceWrite {
        mode: Mode::Replace,
        tags: None,
        desired: Some(json!({"y": 2})),
    };
    write(&store, "a", replace, None).await;
    let now = twin(&store, "a").await;
    assert!(now.tags.is_empty());
    assert_eq!(Value::from(now.desired.value), json!({"y": 2}));
    let events = store
        .events(EventQuery {
            limit: 1,
            ..EventQuery::default()
        })
        .await
        .unwrap()
        .rows;
    assert_eq!(events[0].detail["replaced"], json!(true));
    store.close().await;
}

/// All of it is queued at once, so the writer takes most of it in one batch.
pub(crate) async fn order_holds_within_a_batch(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    make(&store, "b").await;
    let reports = (0..300_u64).map(|n| {
        let store = &store;
        async move {
            let name = if n % 3 == 0 { "b" } else { "a" };
            let done = store
                .report(id(name), json!({"n": n}), None, T0)
                .await
                .unwrap();
            // Something else in between must not overtake.
            if n % 50 == 0 {
                store.set_setting("n", &n.to_string()).await.unwrap();
            }
            done
        }
    });
    let (mut a, mut b) = (2, 2);
    // Without tokio's budget, which would let the later half queue in another order.
    let outcomes = tokio::task::unconstrained(join_all(reports)).await;
    for (n, done) in outcomes.into_iter().enumerate() {
        let version = if n % 3 == 0 { &mut b } else { &mut a };
        assert_eq!(done, ReportOutcome::Done { version: *version }, "{n}");
        *version += 1;
    }
    assert_eq!(twin(&store, "a").await.reported.value["n"], json!(299));
    assert_eq!(twin(&store, "b").await.reported.value["n"], json!(297));
    let query = EventQuery {
        kinds: vec![EventKind::Reported],
        ..EventQuery::default()
    };
    let events = store.events(query).await.unwrap().rows;
    let order: Vec<_> = events
        .iter()
        .rev()
        .map(|e| e.detail["patch"]["n"].as_u64().unwrap())
        .collect();
    assert_eq!(order, (0..300).collect::<Vec<_>>());
    store.close().await;
}

pub(crate) async fn many_reporters_lose_nothing(place: &Place) {
    let store = place.open().await;
    let names = ["a", "b", "c", "d", "e"];
    for name in names {
        make(&store, name).await;
    }
    let first = store.newest_event().await.unwrap();
    let reporters = (0..64_usize).map(|task| {
        let store = store.clone();
        tokio::spawn(async move {
            for n in 0..20 {
                report(
                    &store,
                    names[(task + n) % names.len()],
                    json!({ format!("t{task}"): n }),
                )
                .await;
            }
        })
    });
    for reporter in join_all(reporters).await {
        reporter.unwrap();
    }
    let mut sum = 0;
    for name in names {
        let twin = twin(&store, name).await;
        assert_eq!(twin.version, twin.reported.version);
        sum += twin.version - 1;
    }
    assert_eq!(sum, 64 * 20);
    let mut versions: Vec<(String, u64)> = Vec::new();
    let mut seq = first;
    loop {
        let events = store.events_since(seq, 100).await.unwrap();
        for event in &events {
            assert_eq!(event.seq.0, seq.0 + 1, "the sequence has a gap");
            seq = event.seq;
            let device = event.device.as_ref().unwrap().to_string();
            versions.push((device, event.detail["version"].as_u64().unwrap()));
        }
        if events.is_empty() {
            break;
        }
    }
    assert_eq!(versions.len(), 64 * 20);
    versions.sort();
    versions.dedup();
    assert_eq!(versions.len(), 64 * 20, "a version was given twice");
    store.close().await;
}

pub(crate) async fn drift_follows_both_sides(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    let check = async |want: bool| {
        let mut rows = Vec::new();
        store.each_device(|row| rows.push(row.drift)).await.unwrap();
        assert_eq!(rows, [want]);
    };
    check(false).await;
    write(
        &store,
        "a",
        merge(None, Some(json!({"interval": 60}))),
        None,
    )
    .await;
    check(true).await;
    report(&store, "a", json!({"interval": 30})).await;
    check(true).await;
    report(&store, "a", json!({"interval": 60.0, "more": 1})).await;
    check(false).await;
    write(
        &store,
        "a",
        merge(None, Some(json!({"interval": 10}))),
        None,
    )
    .await;
    check(true).await;
    write(
        &store,
        "a",
        merge(None, Some(json!({"interval": null}))),
        None,
    )
    .await;
    check(false).await;
    store.close().await;
}

pub(crate) async fn unknown_devices_are_not_found(place: &Place) {
    let store = place.open().await;
    assert_eq!(
        store.report(id("x"), json!({}), None, T0).await.unwrap(),
        ReportOutcome::NotFound
    );
    assert_eq!(
        write(&store, "x", merge(None, None), None).await,
        TwinOutcome::NotFound
    );
    assert_eq!(store.find_twin(&id("x")).await.unwrap(), None);
    assert_eq!(store.newest_event().await.unwrap().0, 0);
    store.close().await;
}

pub(crate) async fn a_damaged_twin_harms_nobody_else(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    make(&store, "b").await;
    store.close().await;
    let damaged = place.tamper(
        "UPDATE twin SET reported = '{' WHERE device_key = (SELECT device_key FROM device WHERE device_id = 'a')",
    );
    assert_eq!(damaged.await, 1);
    let store = place.open().await;
    let reports = (0..20).map(|n| {
        let name = if n % 2 == 0 { "a" } else { "b" };
        store.report(id(name), json!({"n": n}), None, T0)
    });
    for (n, outcome) in join_all(reports).await.into_iter().enumerate() {
        match outcome {
            Err(StorageError::Corrupt {
                table: "twin",
                column: "reported",
                row,
                ..
            }) => {
                assert_eq!((n % 2, row.as_str()), (0, "a"));
            }
            Ok(ReportOutcome::Done { .. }) => assert_eq!(n % 2, 1),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(twin(&store, "b").await.reported.version, 11);
    store.close().await;
}
