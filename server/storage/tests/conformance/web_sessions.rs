//! Sessions of the dashboard.

use muster_core::event::EventKind;
use muster_core::ids::PersonId;
use muster_storage::{NewPerson, PasswordHash, Store, WebSession};

use super::place::{Place, ann, at, event};

async fn person(store: &Store, name: &str) {
    let new = NewPerson {
        name: name.into(),
        display_name: name.into(),
        password_hash: PasswordHash("x".into()),
        roles: vec![],
        must_change_password: false,
    };
    store
        .insert_person(new, event(EventKind::PersonCreated, None, ann()))
        .await
        .unwrap();
}

fn session(id: i128, person: Option<i64>, ends: i64) -> WebSession {
    WebSession {
        id,
        person: person.map(PersonId),
        data: vec![0, 255, 7],
        expires_at: at(ends),
    }
}

pub(crate) async fn sessions_are_saved_and_renewed(place: &Place) {
    let store = place.open().await;
    person(&store, "zoe").await;
    for id in [i128::MIN, -1, 0, i128::MAX] {
        store.insert_session(session(id, None, 5)).await.unwrap();
        assert_eq!(
            store.load_session(id).await.unwrap(),
            Some(session(id, None, 5))
        );
    }
    assert!(store.renew_session(session(0, Some(1), 6)).await.unwrap());
    store.close().await;
    let store = place.open().await;
    assert_eq!(
        store.load_session(0).await.unwrap(),
        Some(session(0, Some(1), 6))
    );
    store.delete_session(0).await.unwrap();
    store.delete_session(0).await.unwrap();
    assert_eq!(store.load_session(0).await.unwrap(), None);
    store.close().await;
}

/// A request reads its session, somebody signs out everywhere, the request notes the use: the session must not come back.
pub(crate) async fn a_session_that_was_ended_stays_ended(place: &Place) {
    let store = place.open().await;
    person(&store, "zoe").await;
    store.insert_session(session(1, Some(1), 5)).await.unwrap();
    let read = store.load_session(1).await.unwrap().unwrap();
    // Both are queued at once, in this order.
    let (ended, renewed) = tokio::join!(
        store.delete_sessions_of(PersonId(1), None),
        store.renew_session(read.clone())
    );
    assert_eq!((ended.unwrap(), renewed.unwrap()), (1, false));
    assert_eq!(store.load_session(1).await.unwrap(), None);
    assert!(!store.renew_session(read).await.unwrap());
    assert_eq!(store.load_session(1).await.unwrap(), None);
    store.close().await;
}

pub(crate) async fn ending_all_but_one(place: &Place) {
    let store = place.open().await;
    person(&store, "zoe").await;
    person(&store, "eve").await;
    for (id, person) in [
        (1, Some(1)),
        (2, Some(1)),
        (3, Some(1)),
        (4, Some(2)),
        (5, None),
    ] {
        store.insert_session(session(id, person, 5)).await.unwrap();
    }
    assert_eq!(
        store
            .delete_sessions_of(PersonId(1), Some(2))
            .await
            .unwrap(),
        2
    );
    for (id, left) in [(1, false), (2, true), (3, false), (4, true), (5, true)] {
        assert_eq!(
            store.load_session(id).await.unwrap().is_some(),
            left,
            "{id}"
        );
    }
    assert_eq!(
        store.delete_sessions_of(PersonId(1), None).await.unwrap(),
        1
    );
    store.close().await;
}

pub(crate) async fn ended_sessions_are_removed(place: &Place) {
    let store = place.open().await;
    for (id, ends) in [(1, 4), (2, 5), (3, 6)] {
        store.insert_session(session(id, None, ends)).await.unwrap();
    }
    assert_eq!(store.delete_expired_sessions(at(5)).await.unwrap(), 2);
    assert!(store.load_session(3).await.unwrap().is_some());
    store.close().await;
}
