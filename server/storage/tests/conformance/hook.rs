//! What the commit hook hears.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use futures::future::join_all;
use muster_core::event::EventKind;
use muster_core::lifecycle::Stage;
use muster_core::message::NewMessage;
use muster_core::twin::{Mode, ServiceWrite};
use muster_storage::{Change, Committed, PresenceNote};
use serde_json::json;

use super::place::{Place, T0, ann, at, event, id, make_with, report};

pub(crate) async fn the_hook_hears_everything_in_order(place: &Place) {
    let heard: Arc<Mutex<Vec<Committed>>> = Arc::default();
    let ear = heard.clone();
    let store = place
        .open_with(Arc::new(move |news| {
            ear.lock().unwrap().extend_from_slice(news)
        }))
        .await;
    let take = || std::mem::take(&mut *heard.lock().unwrap());

    make_with(&store, "a", json!({"site": "b7"})).await;
    let news = take();
    assert_eq!(news.len(), 1);
    let Change::Device(row) = &news[0].change else {
        panic!("{news:?}")
    };
    assert_eq!(
        (&row.device.id, &row.tags["site"], row.drift),
        (&id("a"), &json!("b7"), false)
    );
    assert_eq!(news[0].events[0].kind, EventKind::DeviceCreated);

    let write = ServiceWrite {
        mode: Mode::Merge,
        tags: None,
        desired: Some(json!({"x": 1})),
    };
    store
        .write_twin(id("a"), write, None, ann(), at(1))
        .await
        .unwrap();
    let Change::Twin {
        tags: None,
        desired,
        reported: false,
        drift: true,
        at: when,
        ..
    } = take().remove(0).change
    else {
        panic!()
    };
    assert_eq!(
        (desired, when),
        (Some(json!({"x": 1, "$version": 2})), at(1))
    );

    let note = PresenceNote {
        device: id("a"),
        connected: true,
        model_id: Some("m".into()),
        key: None,
        detail: json!({}),
        at: at(2),
    };
    store.set_presence(note).await.unwrap();
    let news = take();
    assert_eq!(news[0].events.len(), 2);
    let want = Change::Presence {
        id: id("a"),
        connected: true,
        model_id: Some("m".into()),
        at: at(2),
        stage: Stage::Active,
    };
    assert_eq!(news[0].change, want);

    let message = NewMessage {
        device: id("a"),
        at: at(3),
        properties: vec![],
        body: vec![],
    };
    store.append_message(message).await.unwrap();
    assert_eq!(
        take(),
        [Committed {
            events: vec![],
            change: Change::Activity {
                id: id("a"),
                at: at(3)
            }
        }]
    );

    // Of what was refused or not found it hears nothing.
    store.report(id("a"), json!([]), None, T0).await.unwrap();
    store.report(id("x"), json!({}), None, T0).await.unwrap();
    store.set_setting("x", "y").await.unwrap();
    assert_eq!(take(), []);

    let reports = (0..50).map(|n| store.report(id("a"), json!({"n": n}), None, T0));
    join_all(reports).await;
    let seqs: Vec<_> = take().iter().map(|news| news.events[0].seq).collect();
    assert_eq!(seqs.len(), 50);
    assert!(seqs.is_sorted());

    let deleted = event(EventKind::DeviceDeleted, Some("a"), ann());
    store.delete_device(id("a"), None, deleted).await.unwrap();
    assert_eq!(take()[0].change, Change::DeviceDeleted(id("a")));
    store.close().await;
}

pub(crate) async fn the_hook_hears_before_the_caller(place: &Place) {
    let heard = Arc::new(AtomicBool::new(false));
    let ear = heard.clone();
    let store = place
        .open_with(Arc::new(move |_| ear.store(true, Ordering::SeqCst)))
        .await;
    make_with(&store, "a", json!({})).await;
    for n in 0..100 {
        heard.store(false, Ordering::SeqCst);
        report(&store, "a", json!({"n": n})).await;
        assert!(heard.load(Ordering::SeqCst), "{n}");
    }
    store.close().await;
}
