//! Requests that are done once.

use muster_core::ids::PersonId;
use muster_storage::{MAX_REMEMBERED, Repeated, Store};

use super::place::{EVE, Place, ZOE, at, two_people};

async fn begin(store: &Store, person: PersonId, key: &str, request: u8, s: i64) -> Repeated {
    store
        .begin_once(person, key, [request; 32], at(s - 100), at(s))
        .await
        .unwrap()
}

pub(crate) async fn a_request_is_answered_once(place: &Place) {
    let store = place.open().await;
    two_people(&store).await;
    assert_eq!(begin(&store, ZOE, "k", 1, 0).await, Repeated::First);
    assert_eq!(begin(&store, ZOE, "k", 1, 1).await, Repeated::UnderWay);
    assert_eq!(begin(&store, ZOE, "k", 2, 1).await, Repeated::OtherRequest);
    assert_eq!(begin(&store, EVE, "k", 2, 1).await, Repeated::First);
    let answer = b"201 a secret".to_vec();
    store
        .finish_once(ZOE, "k", Some(answer.clone()))
        .await
        .unwrap();
    store.close().await;
    let store = place.open().await;
    assert_eq!(
        begin(&store, ZOE, "k", 1, 99).await,
        Repeated::Answered(answer)
    );
    assert_eq!(begin(&store, ZOE, "k", 2, 99).await, Repeated::OtherRequest);
    // Past its time the key is free, whether or not somebody removed it.
    assert_eq!(begin(&store, ZOE, "k", 2, 100).await, Repeated::First);
    assert_eq!(begin(&store, ZOE, "k", 2, 100).await, Repeated::UnderWay);
    store.finish_once(ZOE, "k", None).await.unwrap();
    assert_eq!(begin(&store, ZOE, "k", 1, 101).await, Repeated::First);
    assert_eq!(store.forget_requests(at(1)).await.unwrap(), 1);
    assert_eq!(begin(&store, EVE, "k", 9, 2).await, Repeated::First);
    store.close().await;
}

pub(crate) async fn remembered_requests_are_bounded(place: &Place) {
    let store = place.open().await;
    two_people(&store).await;
    for n in 0..MAX_REMEMBERED {
        let done = begin(&store, ZOE, &n.to_string(), 1, 0).await;
        assert_eq!(done, Repeated::First);
    }
    assert_eq!(begin(&store, ZOE, "more", 1, 0).await, Repeated::TooMany);
    assert_eq!(begin(&store, ZOE, "0", 1, 0).await, Repeated::UnderWay);
    assert_eq!(begin(&store, EVE, "more", 1, 0).await, Repeated::First);
    store.close().await;
}
