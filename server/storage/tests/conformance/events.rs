//! Events: pages, filters, followers, retention.

use muster_core::cursor::BadCursor;
use muster_core::event::{Actor, Event, EventKind, NewEvent};
use muster_core::ids::{EventSeq, OperationId, PersonId};
use muster_core::message::NewMessage;
use muster_storage::{EventQuery, PresenceSample, StorageError, Store};
use serde_json::json;

use super::place::{Place, T0, ann, at, event, id, make, report};

fn bob() -> Actor {
    Actor::Person {
        id: PersonId(2),
        name: "bob".into(),
        token: None,
    }
}

/// Two devices, two people, all sorts of events.
async fn fill(store: &Store) {
    make(store, "a").await;
    make(store, "b").await;
    for n in 0..12 {
        report(store, if n % 3 == 0 { "b" } else { "a" }, json!({"n": n})).await;
        let (kind, actor) = match n % 4 {
            0 => (EventKind::SignedIn, bob()),
            1 => (EventKind::BackupWritten, Actor::Console),
            2 => (EventKind::SignInRefused, Actor::Hub),
            _ => (EventKind::SecretShown, ann()),
        };
        let device = (kind == EventKind::SecretShown).then_some("a");
        store.record(event(kind, device, actor)).await.unwrap();
    }
}

async fn all(store: &Store) -> Vec<Event> {
    let mut events = store.events_since(EventSeq(0), 1000).await.unwrap();
    events.reverse();
    events
}

/// Walks to the last page and back; both ways must show the same rows.
async fn walk(store: &Store, query: EventQuery) -> Vec<Event> {
    let mut pages = Vec::new();
    let mut cursor = None;
    let mut back = loop {
        let page = store
            .events(EventQuery {
                cursor,
                ..query.clone()
            })
            .await
            .unwrap();
        assert_eq!(page.previous.is_some(), !pages.is_empty());
        pages.push(page.rows);
        match page.next {
            Some(next) => cursor = Some(next),
            None => break page.previous,
        }
    };
    for forward in pages.iter().rev().skip(1) {
        let page = store
            .events(EventQuery {
                cursor: back,
                ..query.clone()
            })
            .await
            .unwrap();
        assert_eq!(page.rows, *forward);
        assert!(page.next.is_some());
        back = page.previous;
    }
    assert_eq!(back, None);
    assert!(pages.iter().all(|page| page.len() <= query.limit));
    pages.concat()
}

fn limited(limit: usize) -> EventQuery {
    EventQuery {
        limit,
        ..EventQuery::default()
    }
}

pub(crate) async fn pages_walk_both_ways(place: &Place) {
    let store = place.open().await;
    assert_eq!(store.events(limited(5)).await.unwrap().rows, []);
    fill(&store).await;
    let all = all(&store).await;
    assert_eq!(all.len(), 26);
    for limit in [1, 5, 13, 25, 26, 27] {
        assert_eq!(walk(&store, limited(limit)).await, all, "{limit} per page");
    }
    assert_eq!(store.events(limited(0)).await.unwrap().rows, all[..1]);
    store.close().await;
}

pub(crate) async fn filters_narrow(place: &Place) {
    let store = place.open().await;
    fill(&store).await;
    let all = all(&store).await;
    let check = async |query: EventQuery, keep: &dyn Fn(&Event) -> bool| {
        let want: Vec<_> = all.iter().filter(|event| keep(event)).cloned().collect();
        assert!(!want.is_empty(), "{query:?}");
        assert_eq!(walk(&store, query.clone()).await, want, "{query:?}");
    };
    use EventKind::{DeviceCreated, Reported, SecretShown, SignedIn};
    let of_a = || EventQuery {
        device: Some(id("a")),
        ..limited(3)
    };
    let is_a = |event: &Event| event.device == Some(id("a"));
    check(of_a(), &is_a).await;
    let shown = EventQuery {
        kinds: vec![SecretShown, DeviceCreated],
        ..of_a()
    };
    check(shown, &|e| {
        is_a(e) && matches!(e.kind, SecretShown | DeviceCreated)
    })
    .await;
    check(
        EventQuery {
            audited_only: true,
            ..of_a()
        },
        &|e| is_a(e) && e.actor.is_audited(),
    )
    .await;
    check(
        EventQuery {
            notable_only: true,
            ..of_a()
        },
        &|e| is_a(e) && e.kind != Reported,
    )
    .await;
    let of_bob = EventQuery {
        actor: Some(PersonId(2)),
        ..limited(2)
    };
    check(of_bob, &|e| e.actor == bob()).await;
    let both = EventQuery {
        actor: Some(PersonId(1)),
        ..of_a()
    };
    check(both, &|e| is_a(e) && e.actor == ann()).await;
    check(
        EventQuery {
            audited_only: true,
            ..limited(4)
        },
        &|e| e.actor.is_audited(),
    )
    .await;
    check(
        EventQuery {
            notable_only: true,
            ..limited(4)
        },
        &|e| e.kind != Reported,
    )
    .await;
    check(
        EventQuery {
            kinds: vec![Reported],
            ..limited(4)
        },
        &|e| e.kind == Reported,
    )
    .await;
    check(
        EventQuery {
            kinds: vec![SignedIn],
            ..limited(2)
        },
        &|e| e.kind == SignedIn,
    )
    .await;
    store.close().await;
}

pub(crate) async fn cursors_belong_to_their_question(place: &Place) {
    let store = place.open().await;
    fill(&store).await;
    let next = store.events(limited(3)).await.unwrap().next;
    let other = EventQuery {
        audited_only: true,
        cursor: next,
        ..limited(3)
    };
    let refused = store.events(other).await;
    let Err(StorageError::Cursor(BadCursor::OtherQuestion)) = refused else {
        panic!("{refused:?}")
    };
    let damaged = EventQuery {
        cursor: Some("x".into()),
        ..limited(3)
    };
    let refused = store.events(damaged).await;
    let Err(StorageError::Cursor(BadCursor::Damaged)) = refused else {
        panic!("{refused:?}")
    };
    store.close().await;
}

pub(crate) async fn followers_see_every_event(place: &Place) {
    let store = place.open().await;
    assert_eq!(store.newest_event().await.unwrap(), EventSeq(0));
    fill(&store).await;
    assert_eq!(store.newest_event().await.unwrap(), EventSeq(26));
    let mut seq = EventSeq(0);
    for n in 0..26 {
        let events = store.events_since(seq, 1).await.unwrap();
        assert_eq!((events.len(), events[0].seq), (1, EventSeq(n + 1)));
        seq = events[0].seq;
    }
    assert_eq!(store.events_since(seq, 10).await.unwrap(), []);
    assert_eq!(
        store
            .record(event(EventKind::SignedOut, None, bob()))
            .await
            .unwrap(),
        EventSeq(27)
    );
    store.close().await;
}

pub(crate) async fn retention_keeps_what_people_did(place: &Place) {
    let store = place.open().await;
    fill(&store).await;
    let message = |s| NewMessage {
        device: id("a"),
        at: at(s),
        properties: vec![],
        body: vec![],
    };
    let sample = |s| PresenceSample {
        scope: String::new(),
        at: at(s),
        connected: 1,
        reporting: 1,
        asleep: 0,
        overdue: 0,
        silent: 0,
        never_seen: 0,
    };
    for s in [0, 5] {
        store.append_message(message(s)).await.unwrap();
        store.add_presence_samples(vec![sample(s)]).await.unwrap();
    }
    let mut rounds = 0;
    loop {
        let pruned = store.prune(at(1), 4).await.unwrap();
        assert!(pruned.events <= 4 && pruned.messages <= 4);
        rounds += 1;
        if pruned.events < 4 {
            break;
        }
    }
    // Fifteen events of devices and of the hub, four at a time.
    assert_eq!(rounds, 4);
    assert!(
        all(&store)
            .await
            .iter()
            .all(|event| event.actor.is_audited())
    );
    assert_eq!(all(&store).await.len(), 11);
    assert_eq!(
        store.messages(&id("a"), T0, at(9), 9).await.unwrap().len(),
        1
    );
    assert_eq!(
        store.presence_samples("", T0, at(9)).await.unwrap(),
        [sample(5)]
    );
    assert_eq!(store.verify_audit().await.unwrap().fault, None);
    store.close().await;
    let store = place.open().await;
    assert_eq!(
        store
            .record(event(EventKind::SignedOut, None, bob()))
            .await
            .unwrap(),
        EventSeq(27)
    );
    store.close().await;
}

pub(crate) async fn calls_of_methods_are_found(place: &Place) {
    let store = place.open().await;
    for name in ["a", "b"] {
        make(&store, name).await;
        report(&store, name, json!({"x": 1})).await;
        for n in 0..3 {
            let called = NewEvent {
                detail: json!({"method": "ping", "n": n}),
                ..event(EventKind::MethodInvoked, Some(name), ann())
            };
            store.record(called).await.unwrap();
        }
        report(&store, name, json!({"x": 2})).await;
    }
    let numbers = |events: Vec<Event>| {
        let of = |e: Event| {
            (
                e.device.unwrap().to_string(),
                e.detail["n"].as_u64().unwrap(),
            )
        };
        events.into_iter().map(of).collect::<Vec<_>>()
    };
    let named = |pairs: &[(&str, u64)]| {
        let owned = pairs.iter().map(|(id, n)| ((*id).to_owned(), *n));
        owned.collect::<Vec<_>>()
    };
    let of_a = store.method_calls(Some(&id("a")), 2).await.unwrap();
    assert_eq!(numbers(of_a), named(&[("a", 2), ("a", 1)]));
    let all = store.method_calls(None, 4).await.unwrap();
    assert_eq!(
        numbers(all),
        named(&[("b", 2), ("b", 1), ("b", 0), ("a", 2)])
    );
    let none = store.method_calls(Some(&id("c")), 9).await.unwrap();
    assert_eq!(none, []);
    store.close().await;
}

pub(crate) async fn events_of_an_operation_are_found(place: &Place) {
    let store = place.open().await;
    fill(&store).await;
    let about = |kind, operation: i64| NewEvent {
        detail: json!({"operation": operation, "title": "Operation 7"}),
        ..event(kind, None, ann())
    };
    let news = [
        (EventKind::OperationCreated, 7),
        (EventKind::OperationCreated, 77),
        (EventKind::OperationStarted, 7),
        // What happens to its devices is theirs.
        (EventKind::TargetFailed, 7),
        (EventKind::OperationStopped, 7),
    ];
    for (kind, operation) in news {
        store.record(about(kind, operation)).await.unwrap();
    }
    let kinds = |events: Vec<Event>| events.into_iter().map(|e| e.kind).collect::<Vec<_>>();
    let found = store.operation_events(OperationId(7), 200).await.unwrap();
    assert_eq!(
        kinds(found),
        [
            EventKind::OperationStopped,
            EventKind::OperationStarted,
            EventKind::OperationCreated
        ]
    );
    let found = store.operation_events(OperationId(7), 1).await.unwrap();
    assert_eq!(kinds(found), [EventKind::OperationStopped]);
    let found = store.operation_events(OperationId(8), 200).await.unwrap();
    assert_eq!(found, []);
    store.close().await;
}
