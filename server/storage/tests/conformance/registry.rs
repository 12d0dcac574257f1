//! Devices are made, found, changed, deleted, listed.

use futures::future::join_all;
use muster_core::device::{Authentication, ETag, IfMatch, Status, Thumbprint};
use muster_core::event::{EventKind, NewEvent};
use muster_core::key::KeyPair;
use muster_core::lifecycle::{Stage, Step};
use muster_core::message::NewMessage;
use muster_storage::{
    DeviceChange, DeviceSummary, EventQuery, InsertOutcome, Refusal, ReportOutcome, WriteOutcome,
};
use serde_json::json;

use super::place::{Place, T0, ann, at, device, event, id, make, make_with, report};

fn created(name: &str) -> NewEvent {
    event(EventKind::DeviceCreated, Some(name), ann())
}

fn updated(name: &str, s: i64) -> NewEvent {
    NewEvent {
        at: at(s),
        ..event(EventKind::DeviceUpdated, Some(name), ann())
    }
}

pub(crate) async fn devices_come_back_as_they_were_made(place: &Place) {
    let store = place.open().await;
    let mut odd = device("a.b_c:d@e=f$g'h!i*j(k)l,m?n%o+p#q");
    odd.status = Status::Disabled;
    odd.status_reason = Some("stolen – käse\u{1F9C0}".into());
    odd.status_at = Some(at(3));
    odd.stage = Stage::Maintenance;
    odd.stage_at = at(4);
    odd.model_id = "dtmi:example:Pump;1".into();
    odd.last_activity_at = Some(at(5));
    odd.authentication = Authentication::SelfSigned {
        primary: Some(Thumbprint::new(&"aB".repeat(20)).unwrap()),
        secondary: None,
    };
    let mut signed = device("signed");
    signed.authentication = Authentication::CertificateAuthority;
    for made in [device("plain"), odd, signed] {
        let event = created(made.id.as_str());
        let outcome = store
            .insert_device(made.clone(), None, None, event)
            .await
            .unwrap();
        assert_eq!(outcome, InsertOutcome::Inserted(()));
        assert_eq!(store.find_device(&made.id).await.unwrap(), Some(made));
    }
    assert_eq!(store.find_device(&id("PLAIN")).await.unwrap(), None);
    store.close().await;
    let store = place.open().await;
    assert_eq!(
        store.find_device(&id("plain")).await.unwrap(),
        Some(device("plain"))
    );
    store.close().await;
}

pub(crate) async fn many_are_found_at_once(place: &Place) {
    let store = place.open().await;
    for name in ["b", "a", "B", "a.b_c:d@e=f$g'h!i*j(k)l,m?n%o+p#q"] {
        make(&store, name).await;
    }
    let names = ["b", "a.b_c:d@e=f$g'h!i*j(k)l,m?n%o+p#q", "nobody", "a", "a"];
    let found = store.find_devices(names.map(id)).await.unwrap();
    let single = store.find_device(&id("a")).await.unwrap().unwrap();
    assert_eq!(found[0], single);
    let found: Vec<_> = found.iter().map(|device| device.id.as_str()).collect();
    assert_eq!(found, ["a", "a.b_c:d@e=f$g'h!i*j(k)l,m?n%o+p#q", "b"]);
    assert!(store.find_devices([]).await.unwrap().is_empty());
    store.close().await;
}

pub(crate) async fn names_are_unique(place: &Place) {
    let store = place.open().await;
    make_with(&store, "a", json!({"site": "b7"})).await;
    let again = store
        .insert_device(device("a"), None, None, created("a"))
        .await
        .unwrap();
    assert_eq!(again, InsertOutcome::AlreadyExists);
    let twin = store.find_twin(&id("a")).await.unwrap().unwrap().twin;
    assert_eq!(twin.tags, *json!({"site": "b7"}).as_object().unwrap());
    make(&store, "A").await;
    // Many at once: one wins.
    let all = (0..20).map(|_| store.insert_device(device("b"), None, None, created("b")));
    let outcomes = join_all(all).await;
    let made = outcomes
        .iter()
        .filter(|o| matches!(o, Ok(InsertOutcome::Inserted(()))))
        .count();
    assert_eq!(made, 1, "{outcomes:?}");
    store.close().await;
}

pub(crate) async fn updates_follow_the_etag(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    let disable = || DeviceChange {
        status: Some(Status::Disabled),
        status_reason: Some(Some("stolen".into())),
        ..DeviceChange::default()
    };
    let first = Some(IfMatch::exactly(ETag::FIRST));
    let done = store
        .update_device(id("a"), first.clone(), disable(), updated("a", 1))
        .await;
    let WriteOutcome::Done(now) = done.unwrap() else {
        panic!()
    };
    assert_eq!(
        (now.etag, now.status, now.status_at),
        (ETag(2), Status::Disabled, Some(at(1)))
    );
    assert_eq!(
        store.find_device(&id("a")).await.unwrap().as_ref(),
        Some(&now)
    );

    let stale = store
        .update_device(id("a"), first, disable(), updated("a", 2))
        .await
        .unwrap();
    assert_eq!(stale, WriteOutcome::Conflict { current: ETag(2) });
    assert_eq!(store.find_device(&id("a")).await.unwrap(), Some(now));

    let keys = KeyPair::from_entropy([8; 32], [9; 32]);
    let change = DeviceChange {
        status: Some(Status::Disabled),
        status_reason: Some(None),
        authentication: Some(Authentication::Sas(keys.clone())),
        step: None,
    };
    let done = store
        .update_device(id("a"), Some(IfMatch::Any), change, updated("a", 3))
        .await;
    let WriteOutcome::Done(now) = done.unwrap() else {
        panic!()
    };
    assert_eq!(now.authentication, Authentication::Sas(keys));
    // The status was the same, so it did not change now.
    assert_eq!(
        (now.etag, now.status_reason, now.status_at),
        (ETag(3), None, Some(at(1)))
    );

    let missing = store
        .update_device(id("b"), None, disable(), updated("b", 4))
        .await
        .unwrap();
    assert_eq!(missing, WriteOutcome::NotFound);
    store.close().await;
}

pub(crate) async fn steps_of_life_are_checked(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    let step = |step| DeviceChange {
        step: Some(step),
        ..DeviceChange::default()
    };
    let done = store
        .update_device(id("a"), None, step(Step::Retire), updated("a", 5))
        .await;
    let WriteOutcome::Done(now) = done.unwrap() else {
        panic!()
    };
    assert_eq!((now.stage, now.stage_at), (Stage::Retired, at(5)));
    let again = store
        .update_device(id("a"), None, step(Step::Retire), updated("a", 6))
        .await;
    let Ok(WriteOutcome::Refused(Refusal::Stage(_))) = again else {
        panic!("{again:?}")
    };
    assert_eq!(store.find_device(&id("a")).await.unwrap(), Some(now));
    store.close().await;
}

pub(crate) async fn deleting_takes_everything_but_events(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    make(&store, "b").await;
    for name in ["a", "b"] {
        report(&store, name, json!({"x": 1})).await;
        let message = NewMessage {
            device: id(name),
            at: T0,
            properties: vec![],
            body: vec![1],
        };
        assert!(store.append_message(message).await.unwrap());
        store.open_session(&id(name), false).await.unwrap();
        assert!(store.subscribe(id(name), "f".into(), 1).await.unwrap());
    }
    let deleted = || event(EventKind::DeviceDeleted, Some("a"), ann());
    let stale = Some(IfMatch::exactly(ETag(9)));
    let conflict = store
        .delete_device(id("a"), stale, deleted())
        .await
        .unwrap();
    assert_eq!(conflict, WriteOutcome::Conflict { current: ETag(1) });
    assert!(store.find_device(&id("a")).await.unwrap().is_some());
    let done = store.delete_device(id("a"), None, deleted()).await.unwrap();
    assert_eq!(done, WriteOutcome::Done(()));
    let again = store.delete_device(id("a"), None, deleted()).await.unwrap();
    assert_eq!(again, WriteOutcome::NotFound);

    assert_eq!(store.find_device(&id("a")).await.unwrap(), None);
    assert_eq!(store.find_twin(&id("a")).await.unwrap(), None);
    assert_eq!(
        store.report(id("a"), json!({}), None, T0).await.unwrap(),
        ReportOutcome::NotFound
    );
    for (name, left) in [("a", 0), ("b", 1)] {
        let messages = store.messages(&id(name), T0, at(9), 10).await.unwrap();
        assert_eq!(messages.len(), left, "messages of {name}");
        assert_eq!(
            store.subscriptions(&id(name)).await.unwrap().len(),
            left,
            "{name}"
        );
    }
    let query = EventQuery {
        device: Some(id("a")),
        ..EventQuery::default()
    };
    let kinds: Vec<_> = store
        .events(query)
        .await
        .unwrap()
        .rows
        .iter()
        .map(|e| e.kind)
        .collect();
    let want = [
        EventKind::DeviceDeleted,
        EventKind::Reported,
        EventKind::DeviceCreated,
    ];
    assert_eq!(kinds, want);
    store.close().await;
}

pub(crate) async fn a_name_can_be_used_again(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    report(&store, "a", json!({"old": true})).await;
    let deleted = event(EventKind::DeviceDeleted, Some("a"), ann());
    store.delete_device(id("a"), None, deleted).await.unwrap();
    let mut second = device("a");
    second.generation = muster_core::device::GenerationId("second".into());
    let made = store
        .insert_device(second.clone(), None, None, created("a"))
        .await
        .unwrap();
    assert_eq!(made, InsertOutcome::Inserted(()));
    assert_eq!(store.find_device(&id("a")).await.unwrap(), Some(second));
    let twin = store.find_twin(&id("a")).await.unwrap().unwrap().twin;
    assert_eq!(twin, muster_core::twin::Twin::new(T0));
    store.close().await;
}

pub(crate) async fn first_twins_obey_the_limits(place: &Place) {
    let store = place.open().await;
    let object = |value: serde_json::Value| Some(value.as_object().unwrap().clone());
    let tags = object(json!({"site": "b7", "gone": null}));
    let desired = object(json!({"interval": 60}));
    store
        .insert_device(device("a"), tags, desired, created("a"))
        .await
        .unwrap();
    let row = store.find_twin(&id("a")).await.unwrap().unwrap();
    assert_eq!(row.device, DeviceSummary::from(&device("a")));
    assert_eq!(row.twin.tags, object(json!({"site": "b7"})).unwrap());
    assert_eq!(
        row.twin.desired.value,
        object(json!({"interval": 60})).unwrap()
    );
    assert_eq!(
        row.twin
            .desired
            .meta
            .at_path(&["interval"])
            .unwrap()
            .version,
        Some(1)
    );
    assert_eq!((row.twin.version, row.twin.etag), (1, ETag::FIRST));

    let bad = object(json!({"a b": 1}));
    let refused = store
        .insert_device(device("b"), bad, None, created("b"))
        .await
        .unwrap();
    assert!(matches!(refused, InsertOutcome::Refused(_)), "{refused:?}");
    assert_eq!(store.find_device(&id("b")).await.unwrap(), None);
    store.close().await;
}

/// More devices than one read of the scan takes.
pub(crate) async fn the_scan_sees_every_device(place: &Place) {
    let store = place.open().await;
    let count = 2050;
    join_all((0..count).map(|n| {
        let store = store.clone();
        async move { make_with(&store, &format!("d{n:04}"), json!({"n": n})).await }
    }))
    .await;
    let mut rows = Vec::new();
    store.each_device(|row| rows.push(row)).await.unwrap();
    rows.sort_by(|a, b| a.device.id.cmp(&b.device.id));
    assert_eq!(rows.len(), count);
    for (n, row) in rows.iter().enumerate() {
        let name = format!("d{n:04}");
        assert_eq!(row.device, DeviceSummary::from(&device(&name)));
        assert_eq!(
            (row.tags["n"].as_u64(), row.drift, row.connected),
            (Some(n as u64), false, false)
        );
    }
    store.close().await;
}
