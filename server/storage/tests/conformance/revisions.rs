//! What desired properties were.

use futures::future::join_all;
use muster_core::device::IfMatch;
use muster_core::event::{Actor, EventKind, NewEvent};
use muster_core::ids::OperationId;
use muster_core::twin::{Mode, Object, ServiceWrite};
use muster_storage::{InsertOutcome, Restored, Revision, Store, TwinOutcome};
use serde_json::{Value, json};

use super::place::{Place, ann, at, device, event, id, make, make_with};

fn write(mode: Mode, desired: Value) -> ServiceWrite {
    ServiceWrite {
        mode,
        tags: None,
        desired: Some(desired),
    }
}

async fn change(store: &Store, name: &str, write: ServiceWrite, actor: Actor, s: i64) -> Object {
    let done = store.write_twin(id(name), write, None, actor, at(s)).await;
    match done.unwrap() {
        TwinOutcome::Done { twin, .. } => twin.desired.value,
        other => panic!("{other:?}"),
    }
}

async fn all(store: &Store, name: &str) -> Vec<Revision> {
    store.revisions(&id(name), None, 1000).await.unwrap().rows
}

async fn make_with_desired(store: &Store, desired: Value) {
    let created = event(EventKind::DeviceCreated, Some("a"), ann());
    let desired = desired.as_object().cloned();
    let made = store
        .insert_device(device("a"), None, desired, created)
        .await;
    assert_eq!(made.unwrap(), InsertOutcome::Inserted(()));
}

fn operation() -> Actor {
    Actor::Operation { id: OperationId(7) }
}

/// Hundreds of changes in batches: every version comes back as it was.
pub(crate) async fn every_version_comes_back(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    make(&store, "other").await;
    let mut states = vec![Object::new(), Object::new()];
    for n in 0..40_i64 {
        let step = match n % 10 {
            3 => write(Mode::Replace, json!({ "n": n, "x": { "y": 1 } })),
            6 => write(Mode::Merge, Value::Null),
            _ => write(
                Mode::Merge,
                json!({ "n": n, "k": { (n % 7).to_string(): n } }),
            ),
        };
        states.push(change(&store, "a", step, operation(), n).await);
        // What others do between does not count, nor do tags.
        change(
            &store,
            "other",
            write(Mode::Merge, json!({ "n": n })),
            ann(),
            n,
        )
        .await;
        let tags = ServiceWrite {
            mode: Mode::Merge,
            tags: Some(json!({ "n": n })),
            desired: None,
        };
        store
            .write_twin(id("a"), tags, None, ann(), at(n))
            .await
            .unwrap();
        let of_module = NewEvent {
            detail: json!({ "module": "m", "patch": { "m": n }, "version": 2 }),
            ..event(EventKind::DesiredChanged, Some("a"), ann())
        };
        store.record(of_module).await.unwrap();
    }
    // Many at once: the writer takes them as few batches.
    let many = (0..200).map(|n| {
        let step = write(Mode::Merge, json!({ "many": n }));
        store.write_twin(id("a"), step, None, ann(), at(100))
    });
    // They may be queued in another order than they were asked for.
    states.resize(states.len() + 200, Object::new());
    for done in join_all(many).await {
        match done.unwrap() {
            TwinOutcome::Done { twin, .. } => {
                states[twin.desired.version as usize] = twin.desired.value;
            }
            other => panic!("{other:?}"),
        }
    }
    let newest = (states.len() - 1) as u64;
    assert_eq!(newest, 241);
    for version in 1..=newest {
        let found = store.desired_at(&id("a"), version).await.unwrap();
        assert_eq!(found.as_ref(), Some(&states[version as usize]), "{version}");
    }
    assert_eq!(store.desired_at(&id("a"), newest + 1).await.unwrap(), None);
    assert_eq!(store.desired_at(&id("a"), 0).await.unwrap(), None);
    assert_eq!(store.desired_at(&id("none"), 1).await.unwrap(), None);
    let revisions = all(&store, "a").await;
    let versions: Vec<u64> = revisions.iter().map(|revision| revision.version).collect();
    assert_eq!(versions, (2..=newest).rev().collect::<Vec<_>>());
    let first = revisions.last().unwrap();
    assert_eq!((&first.actor, first.at), (&operation(), at(0)));
    assert_eq!(first.patch, json!({ "n": 0, "k": { "0": 0 } }));
    assert!(revisions[revisions.len() - 4].replaced);
}

pub(crate) async fn revisions_are_paged_both_ways(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    for n in 0..5 {
        change(&store, "a", write(Mode::Merge, json!({ "n": n })), ann(), n).await;
    }
    let page = async |cursor: Option<String>| {
        let page = store
            .revisions(&id("a"), cursor.as_deref(), 2)
            .await
            .unwrap();
        let versions: Vec<u64> = page.rows.iter().map(|revision| revision.version).collect();
        (versions, page.previous, page.next)
    };
    let (first, none, next) = page(None).await;
    assert_eq!((first, none), (vec![6, 5], None));
    let (second, _, next) = page(next).await;
    assert_eq!(second, [4, 3]);
    let (third, previous, none) = page(next).await;
    assert_eq!((third, none), (vec![2], None));
    assert_eq!(page(previous).await.0, [4, 3]);
    // The moment decides which version was in force.
    let version_at = async |s| store.version_at(&id("a"), at(s)).await.unwrap();
    assert_eq!(version_at(2).await, Some(4));
    assert_eq!(version_at(99).await, Some(6));
    assert_eq!(version_at(-1).await, None);
    assert_eq!(store.version_at(&id("none"), at(1)).await.unwrap(), None);
}

pub(crate) async fn history_belongs_to_one_device(place: &Place) {
    let store = place.open().await;
    make_with_desired(&store, json!({ "a": 1 })).await;
    let begin = store.history_begin(&id("a")).await.unwrap().unwrap();
    assert_eq!(begin.0, 1);
    change(
        &store,
        "a",
        write(Mode::Merge, json!({ "b": 2 })),
        operation(),
        1,
    )
    .await;
    change(&store, "a", write(Mode::Merge, json!({ "c": 3 })), ann(), 1).await;
    let gone = event(EventKind::DeviceDeleted, Some("a"), ann());
    store.delete_device(id("a"), None, gone).await.unwrap();
    assert_eq!(store.desired_at(&id("a"), 1).await.unwrap(), None);
    assert_eq!(all(&store, "a").await, []);
    // Another device of that name has a history of its own.
    make_with_desired(&store, json!({ "z": 0 })).await;
    assert_eq!(all(&store, "a").await, []);
    let first = store.desired_at(&id("a"), 1).await.unwrap();
    assert_eq!(first, json!({ "z": 0 }).as_object().cloned());
    assert_eq!(store.desired_at(&id("a"), 2).await.unwrap(), None);
    assert_eq!(store.verify_audit().await.unwrap().fault, None);
}

pub(crate) async fn going_back_says_so(place: &Place) {
    let store = place.open().await;
    make_with(&store, "a", json!({ "t": 1 })).await;
    change(&store, "a", write(Mode::Merge, json!({ "n": 1 })), ann(), 1).await;
    let mut patch = Object::new();
    patch.insert("n".into(), Value::Null);
    let twin = store.find_twin(&id("a")).await.unwrap().unwrap().twin;
    let back = |demand| {
        let (patch, reason) = (patch.clone(), "too loud".to_owned());
        let restored = Restored { version: 1, reason };
        store.restore_desired(id("a"), patch, restored, demand, ann(), at(2))
    };
    let done = back(IfMatch::exactly(twin.etag)).await.unwrap();
    assert!(matches!(done, TwinOutcome::Done { .. }));
    let late = back(IfMatch::exactly(twin.etag)).await.unwrap();
    assert!(matches!(late, TwinOutcome::Conflict { .. }));
    let revisions = all(&store, "a").await;
    assert_eq!((revisions[0].version, revisions[0].restored), (3, Some(1)));
    assert_eq!(revisions[0].reason.as_deref(), Some("too loud"));
    assert_eq!((revisions[1].restored, &revisions[1].reason), (None, &None));
    assert_eq!(
        store.desired_at(&id("a"), 3).await.unwrap(),
        Some(Object::new())
    );
}

/// Changes of operations are no audit entries, and stay as long as the device.
pub(crate) async fn retention_keeps_revisions(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    for n in 0..5 {
        change(
            &store,
            "a",
            write(Mode::Merge, json!({ "n": n })),
            operation(),
            n,
        )
        .await;
    }
    let noise = event(EventKind::Disconnected, Some("a"), Actor::Device);
    store.record(noise).await.unwrap();
    let pruned = store.prune(at(999), 100).await.unwrap();
    assert!(pruned.events >= 1);
    assert_eq!(store.prune(at(999), 100).await.unwrap().events, 0);
    assert_eq!(all(&store, "a").await.len(), 5);
    let second = store.desired_at(&id("a"), 2).await.unwrap();
    assert_eq!(second, json!({ "n": 0 }).as_object().cloned());
    let later = event(EventKind::Disconnected, Some("a"), Actor::Device);
    store.record(later).await.unwrap();
    assert_eq!(store.prune(at(999), 100).await.unwrap().events, 1);
}
