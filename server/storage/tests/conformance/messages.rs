//! Telemetry as it came.

use futures::future::join_all;
use muster_core::message::NewMessage;
use muster_storage::Store;

use super::place::{Place, T0, at, id, make};

fn message(device: &str, s: i64, body: &[u8]) -> NewMessage {
    NewMessage {
        device: id(device),
        at: at(s),
        properties: vec![],
        body: body.to_vec(),
    }
}

async fn bodies(store: &Store, device: &str, from: i64, to: i64, limit: usize) -> Vec<Vec<u8>> {
    let found = store
        .messages(&id(device), at(from), at(to), limit)
        .await
        .unwrap();
    found
        .into_iter()
        .map(|message| message.content.body)
        .collect()
}

pub(crate) async fn messages_come_back_newest_first(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    make(&store, "b").await;
    // Many at the same moment keep the order in which they came.
    let sent = (0..100_u8).map(|n| store.append_message(message("a", 1, &[n])));
    for stored in join_all(sent).await {
        assert!(stored.unwrap());
    }
    assert!(
        store
            .append_message(message("b", 1, b"other"))
            .await
            .unwrap()
    );
    assert!(
        !store
            .append_message(message("x", 1, b"nobody"))
            .await
            .unwrap()
    );
    let want: Vec<_> = (0..100_u8).rev().map(|n| vec![n]).collect();
    assert_eq!(bodies(&store, "a", 0, 9, 1000).await, want);
    assert_eq!(bodies(&store, "a", 0, 9, 3).await, want[..3]);
    let found = store.messages(&id("a"), T0, at(9), 1000).await.unwrap();
    assert!(found.is_sorted_by(|one, next| one.seq > next.seq));
    store.close().await;
}

pub(crate) async fn any_bytes_are_kept(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    let all: Vec<u8> = (0..=255).collect();
    let big = vec![0xA5; muster_core::message::MAX_MESSAGE_BYTES];
    let mut sent = Vec::new();
    for (n, body) in [Vec::new(), all, b"{\"t\": 4.5}".to_vec(), big]
        .into_iter()
        .enumerate()
    {
        let properties = vec![
            (
                "iothub-content-type".to_owned(),
                Some("application/json; \"x\"".to_owned()),
            ),
            ("bare".to_owned(), None),
            ("bare".to_owned(), Some("\0 zero".to_owned())),
        ];
        let message = NewMessage {
            properties,
            ..message("a", n as i64, &body)
        };
        assert!(store.append_message(message.clone()).await.unwrap());
        sent.push(message);
    }
    let found = store.messages(&id("a"), T0, at(9), 10).await.unwrap();
    let found: Vec<_> = found
        .into_iter()
        .rev()
        .map(|message| message.content)
        .collect();
    assert_eq!(found, sent);
    store.close().await;
}

pub(crate) async fn ranges_are_half_open(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    for s in 1..=3 {
        store
            .append_message(message("a", s, &[s as u8]))
            .await
            .unwrap();
    }
    assert_eq!(bodies(&store, "a", 1, 3, 10).await, [[2], [1]]);
    assert_eq!(bodies(&store, "a", 3, 4, 10).await, [[3]]);
    assert!(bodies(&store, "a", 4, 9, 10).await.is_empty());
    store.close().await;
}
