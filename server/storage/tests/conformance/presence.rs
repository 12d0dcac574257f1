//! Connections and their ends.

use muster_core::event::EventKind;
use muster_core::lifecycle::Stage;
use muster_core::message::NewMessage;
use muster_core::time::Timestamp;
use muster_storage::{DeviceRow, EventQuery, PresenceNote, PresenceOutcome, Store};
use serde_json::json;

use super::place::{Place, T0, at, id, make};

fn note(connected: bool, at: Timestamp) -> PresenceNote {
    PresenceNote {
        device: id("a"),
        connected,
        model_id: None,
        key: None,
        detail: json!({"protocol": "mqtt"}),
        at,
    }
}

async fn row(store: &Store) -> DeviceRow {
    let mut rows = Vec::new();
    store.each_device(|row| rows.push(row)).await.unwrap();
    rows.remove(0)
}

pub(crate) async fn the_first_contact_activates(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    let model = |model: &str| PresenceNote {
        model_id: Some(model.into()),
        ..note(true, at(1))
    };
    let done = store.set_presence(model("dtmi:x;1")).await.unwrap();
    assert_eq!(
        done,
        PresenceOutcome::Done {
            stage: Stage::Active
        }
    );
    let device = store.find_device(&id("a")).await.unwrap().unwrap();
    assert_eq!((device.stage, device.stage_at), (Stage::Active, at(1)));
    assert_eq!(
        (device.model_id.as_str(), device.last_activity_at),
        ("dtmi:x;1", Some(at(1)))
    );

    store.set_presence(note(false, at(2))).await.unwrap();
    store.set_presence(note(true, at(3))).await.unwrap();
    // What PostgreSQL could not store must not harm anybody.
    store.set_presence(model("dtmi:\0;1")).await.unwrap();
    assert_eq!(
        store.find_device(&id("a")).await.unwrap().unwrap().model_id,
        "dtmi:x;1"
    );
    let events = store.events(EventQuery::default()).await.unwrap().rows;
    let kinds: Vec<_> = events
        .iter()
        .rev()
        .skip(1)
        .map(|event| event.kind)
        .collect();
    use EventKind::{Connected, Disconnected, StageChanged};
    assert_eq!(
        kinds,
        [Connected, StageChanged, Disconnected, Connected, Connected]
    );
    assert_eq!(
        events[3].detail,
        json!({"from": "provisioned", "to": "active"})
    );
    assert_eq!(events[2].detail, json!({"protocol": "mqtt"}));

    let unknown = PresenceNote {
        device: id("x"),
        ..note(true, T0)
    };
    assert_eq!(
        store.set_presence(unknown).await.unwrap(),
        PresenceOutcome::NotFound
    );
    store.close().await;
}

pub(crate) async fn activity_is_the_latest_of_all(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    let check = async |want: Option<Timestamp>| {
        assert_eq!(row(&store).await.device.last_activity_at, want);
        assert_eq!(
            store
                .find_device(&id("a"))
                .await
                .unwrap()
                .unwrap()
                .last_activity_at,
            want
        );
    };
    check(None).await;
    store.set_presence(note(true, at(1))).await.unwrap();
    check(Some(at(1))).await;
    store.report(id("a"), json!({}), None, at(5)).await.unwrap();
    check(Some(at(5))).await;
    let message = NewMessage {
        device: id("a"),
        at: at(7),
        properties: vec![],
        body: vec![],
    };
    store.append_message(message).await.unwrap();
    check(Some(at(7))).await;
    // A clock that was set back does not make a device look older.
    store.set_presence(note(false, at(6))).await.unwrap();
    check(Some(at(7))).await;
    store.close().await;
}

pub(crate) async fn a_connection_outlives_the_store(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    store.set_presence(note(true, at(1))).await.unwrap();
    store.close().await;
    let store = place.open().await;
    assert!(row(&store).await.connected);
    store.set_presence(note(false, at(2))).await.unwrap();
    assert!(!row(&store).await.connected);
    store.close().await;
}
