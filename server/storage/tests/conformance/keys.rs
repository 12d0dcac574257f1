//! Keys of devices change over from old to new.

use muster_core::device::Authentication;
use muster_core::event::EventKind;
use muster_core::ids::OperationId;
use muster_core::key::{KeyPair, SharedKey, Slot};
use muster_core::rotation::{Rotation, Step};
use muster_core::time::Timestamp;
use muster_storage::{DeviceChange, EventQuery, Minted, PresenceNote, Store};
use serde_json::json;

use super::place::{Place, T0, ann, at, event, id, make};

const SEVEN: OperationId = OperationId(7);
const EIGHT: OperationId = OperationId(8);

fn key(number: u8) -> SharedKey {
    SharedKey::from_entropy([number; 32])
}

async fn pair(store: &Store) -> KeyPair {
    let device = store.find_device(&id("a")).await.unwrap().unwrap();
    let Authentication::Sas(keys) = device.authentication else {
        panic!("it has keys");
    };
    keys
}

async fn keys(store: &Store) -> (SharedKey, SharedKey) {
    let keys = pair(store).await;
    (keys.primary, keys.secondary)
}

async fn sign_in(store: &Store, key: &SharedKey, s: i64) {
    let note = PresenceNote {
        device: id("a"),
        connected: true,
        model_id: None,
        key: Some(key.mark()),
        detail: json!({}),
        at: at(s),
    };
    store.set_presence(note).await.unwrap();
}

async fn mint(store: &Store, whose: (OperationId, u8), fresh: u8, s: i64) -> Minted {
    let minted = store.mint_key(id("a"), whose, key(fresh), at(s)).await;
    minted.unwrap()
}

async fn promote(store: &Store, operation: OperationId, fresh: u8, s: i64) -> bool {
    let done = store.promote_key(id("a"), operation, key(fresh), at(s));
    done.await.unwrap()
}

async fn rotation(store: &Store) -> Rotation {
    let known = store.device_keys(&id("a")).await.unwrap().unwrap();
    known.rotation.unwrap()
}

async fn kinds(store: &Store) -> Vec<EventKind> {
    let events = store.events(EventQuery::default()).await.unwrap().rows;
    let keys = [EventKind::KeyMinted, EventKind::KeysRotated];
    let kinds = events.iter().map(|event| event.kind);
    kinds.filter(|kind| keys.contains(kind)).collect()
}

pub(crate) async fn a_rotation_goes_its_way(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    let known = store.device_keys(&id("a")).await.unwrap().unwrap();
    assert_eq!(
        (known.primary_at, known.used, known.rotation),
        (T0, None, None)
    );
    sign_in(&store, &key(1), 1).await;
    let Minted::Key(handed, _) = mint(&store, (SEVEN, 1), 3, 2).await else {
        panic!("a key was made");
    };
    assert_eq!(handed, key(3));
    assert_eq!(keys(&store).await, (key(1), key(3)));
    assert!(!promote(&store, SEVEN, 4, 3).await, "nobody has used it");
    assert!(!store.key_handed(id("a"), EIGHT, at(3)).await.unwrap());
    assert!(store.key_handed(id("a"), SEVEN, at(3)).await.unwrap());
    store.close().await;
    // Every step outlives the process, and a repeated one changes nothing.
    let store = place.open().await;
    assert_eq!(rotation(&store).await.step(), Step::Handed);
    let again = mint(&store, (SEVEN, 1), 5, 4).await;
    assert_eq!(again, Minted::Key(key(3), rotation(&store).await));
    assert_eq!(rotation(&store).await.handed_at, Some(at(3)));
    sign_in(&store, &key(3), 5).await;
    assert_eq!(rotation(&store).await.confirmed_at, Some(at(5)));
    sign_in(&store, &key(1), 6).await;
    assert!(!promote(&store, SEVEN, 4, 7).await, "it went back");
    sign_in(&store, &key(3), 8).await;
    assert!(!promote(&store, EIGHT, 4, 9).await, "another operation's");
    let etag = store.find_device(&id("a")).await.unwrap().unwrap().etag;
    assert!(promote(&store, SEVEN, 4, 9).await);
    assert!(!promote(&store, SEVEN, 6, 10).await, "once");
    let device = store.find_device(&id("a")).await.unwrap().unwrap();
    assert_eq!(device.etag, etag.next());
    assert_eq!(keys(&store).await, (key(3), key(4)));
    let done = rotation(&store).await;
    let moments = (done.minted_at, done.confirmed_at, done.promoted_at);
    assert_eq!(moments, (at(2), Some(at(8)), Some(at(9))));
    assert_eq!(mint(&store, (SEVEN, 1), 6, 10).await, Minted::Done(done));
    let known = store.device_keys(&id("a")).await.unwrap().unwrap();
    assert_eq!((known.primary_at, known.secondary_at), (at(2), at(9)));
    let both = [EventKind::KeysRotated, EventKind::KeyMinted];
    assert_eq!(kinds(&store).await, both);
    let of = |operation| store.rotations(operation, [id("a"), id("nobody")]);
    assert_eq!(of(SEVEN).await.unwrap(), [(id("a"), done)].into());
    assert!(of(EIGHT).await.unwrap().is_empty());
    store.close().await;
}

pub(crate) async fn an_unfinished_rotation_is_taken_up(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    // It uses its secondary key: that one is kept.
    sign_in(&store, &key(2), 1).await;
    mint(&store, (SEVEN, 1), 3, 2).await;
    assert_eq!(keys(&store).await, (key(2), key(3)));
    store.key_handed(id("a"), SEVEN, at(3)).await.unwrap();
    for whose in [(SEVEN, 2), (EIGHT, 1)] {
        let Minted::Key(same, taken) = mint(&store, whose, 4, 4).await else {
            panic!("there is a key");
        };
        assert_eq!(same, key(3), "the device may have it already");
        assert_eq!((taken.operation, taken.handed_at), (whose.0, None));
        assert_eq!(taken.minted_at, at(2));
    }
    assert!(!promote(&store, SEVEN, 5, 5).await);
    sign_in(&store, &key(3), 6).await;
    assert!(promote(&store, EIGHT, 5, 7).await);
    assert_eq!(keys(&store).await, (key(3), key(5)));
    assert_eq!(kinds(&store).await.len(), 2);
    let nobody = store.mint_key(id("nobody"), (SEVEN, 1), key(9), T0).await;
    assert_eq!(nobody.unwrap(), Minted::NotFound);
    store.close().await;
}

async fn set(store: &Store, authentication: Authentication, at: Timestamp) {
    let change = DeviceChange {
        authentication: Some(authentication),
        ..DeviceChange::default()
    };
    let mut told = event(EventKind::DeviceUpdated, Some("a"), ann());
    told.at = at;
    store
        .update_device(id("a"), None, change, told)
        .await
        .unwrap();
}

pub(crate) async fn keys_that_people_set_are_new(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    mint(&store, (SEVEN, 1), 3, 2).await;
    let with = |primary, secondary| {
        Authentication::Sas(KeyPair {
            primary: key(primary),
            secondary: key(secondary),
        })
    };
    let check = async |s: i64, ages: (i64, i64), under_way: bool| {
        let known = store.device_keys(&id("a")).await.unwrap().unwrap();
        assert_eq!(
            (known.primary_at, known.secondary_at),
            (at(ages.0), at(ages.1)),
            "{s}"
        );
        assert_eq!(known.rotation.is_some(), under_way, "{s}");
    };
    set(&store, with(1, 3), at(3)).await;
    check(3, (0, 2), true).await;
    set(&store, with(8, 3), at(4)).await;
    check(4, (4, 2), true).await;
    set(&store, with(3, 8), at(5)).await;
    check(5, (2, 4), false).await;
    assert_eq!(
        pair(&store).await.slot_of(key(8).mark()),
        Some(Slot::Secondary)
    );
    assert!(!promote(&store, SEVEN, 9, 6).await);
    set(&store, Authentication::CertificateAuthority, at(7)).await;
    assert_eq!(mint(&store, (SEVEN, 2), 9, 8).await, Minted::NoKeys);
    store.close().await;
}
