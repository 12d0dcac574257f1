//! MQTT sessions across connections and restarts.

use muster_storage::{Session, Store};

use super::place::{Place, id, make};

async fn open(store: &Store, clean: bool) -> Session {
    store.open_session(&id("a"), clean).await.unwrap()
}

fn session(subscriptions: &[(&str, u8)]) -> Session {
    Session {
        present: true,
        subscriptions: subscriptions
            .iter()
            .map(|(f, q)| ((*f).to_owned(), *q))
            .collect(),
    }
}

pub(crate) async fn sessions_outlive_the_store(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    assert_eq!(open(&store, false).await, Session::default());
    assert_eq!(open(&store, false).await, session(&[]));
    for (filter, qos) in [("z/#", 0), ("a/b", 1), ("z/#", 1)] {
        assert!(store.subscribe(id("a"), filter.into(), qos).await.unwrap());
    }
    store.close().await;
    let store = place.open().await;
    assert_eq!(
        open(&store, false).await,
        session(&[("a/b", 1), ("z/#", 1)])
    );
    assert!(store.unsubscribe(id("a"), "z/#".into()).await.unwrap());
    assert!(!store.unsubscribe(id("a"), "z/#".into()).await.unwrap());
    assert_eq!(
        store.subscriptions(&id("a")).await.unwrap(),
        [("a/b".to_owned(), 1)]
    );
    assert!(store.unsubscribe(id("a"), "a/b".into()).await.unwrap());
    assert_eq!(open(&store, false).await, session(&[]));
    store.close().await;
}

pub(crate) async fn clean_sessions_leave_nothing(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    open(&store, false).await;
    store.subscribe(id("a"), "f".into(), 1).await.unwrap();
    assert_eq!(open(&store, true).await, Session::default());
    assert_eq!(open(&store, true).await, Session::default());
    assert_eq!(open(&store, false).await, Session::default());
    assert_eq!(open(&store, false).await, session(&[]));
    store.close().await;
}

pub(crate) async fn subscribing_needs_a_session(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    assert!(!store.subscribe(id("a"), "f".into(), 1).await.unwrap());
    assert!(!store.subscribe(id("x"), "f".into(), 1).await.unwrap());
    assert_eq!(store.subscriptions(&id("a")).await.unwrap(), []);
    assert_eq!(
        store.open_session(&id("x"), false).await.unwrap(),
        Session::default()
    );
    store.close().await;
}
