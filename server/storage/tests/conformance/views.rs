//! Saved views of the fleet.

use muster_core::event::{EventKind, NewEvent};
use muster_core::ids::PersonId;
use muster_core::view::{SavedView, ViewId};
use muster_storage::{
    MAX_OWN_VIEWS, MAX_SHARED_VIEWS, NewPerson, NewView, PasswordHash, Store, ViewOutcome,
};

use super::place::{Place, ann, event};

const ANN: PersonId = PersonId(1);
const BOB: PersonId = PersonId(2);

fn saved() -> NewEvent {
    event(EventKind::ViewSaved, None, ann())
}

fn new(name: &str, shared: bool) -> NewView {
    NewView {
        name: name.into(),
        query: "?filter=drift%20%3D%20true".into(),
        shared,
    }
}

/// A store with two people.
async fn peopled(place: &Place) -> Store {
    let store = place.open().await;
    for name in ["ann", "bob"] {
        let person = NewPerson {
            name: name.into(),
            display_name: name.to_uppercase(),
            password_hash: PasswordHash("$argon2id$".into()),
            roles: Vec::new(),
            must_change_password: false,
        };
        let made = event(EventKind::PersonCreated, None, ann());
        store.insert_person(person, made).await.unwrap();
    }
    store
}

async fn add(store: &Store, owner: PersonId, name: &str, shared: bool) -> SavedView {
    let made = store.insert_view(owner, new(name, shared), saved()).await;
    match made.unwrap() {
        ViewOutcome::Done(view) => view,
        other => panic!("{other:?}"),
    }
}

async fn names(store: &Store, person: PersonId) -> Vec<String> {
    let views = store.views(person).await.unwrap();
    views.into_iter().map(|view| view.name).collect()
}

pub(crate) async fn views_come_back(place: &Place) {
    let store = peopled(place).await;
    let made = add(&store, ANN, "Drift – north", false).await;
    let want = SavedView {
        id: made.id,
        owner: ANN,
        owner_name: "ANN".into(),
        name: "Drift – north".into(),
        query: "?filter=drift%20%3D%20true".into(),
        shared: false,
    };
    assert_eq!(made, want);
    store.close().await;
    let store = place.open().await;
    assert_eq!(store.views(ANN).await.unwrap(), std::slice::from_ref(&want));
    assert_eq!(store.find_view(made.id, ANN).await.unwrap(), Some(want));
    let changed = NewView {
        name: "Drift".into(),
        query: String::new(),
        shared: true,
    };
    let done = store.update_view(made.id, ANN, changed, saved()).await;
    let ViewOutcome::Done(view) = done.unwrap() else {
        panic!()
    };
    assert_eq!(
        (view.name.as_str(), view.query.as_str(), view.shared),
        ("Drift", "", true)
    );
    assert!(store.delete_view(made.id, ANN, saved()).await.unwrap());
    assert_eq!(store.views(ANN).await.unwrap(), []);
    // The number of a view that is gone is not given again.
    assert!(add(&store, ANN, "next", false).await.id > made.id);
    store.close().await;
}

pub(crate) async fn others_see_shared_ones_only(place: &Place) {
    let store = peopled(place).await;
    let own = add(&store, ANN, "own", false).await.id;
    let shared = add(&store, ANN, "shared", true).await.id;
    assert_eq!(names(&store, ANN).await, ["own", "shared"]);
    assert_eq!(names(&store, BOB).await, ["shared"]);
    assert_eq!(store.find_view(own, BOB).await.unwrap(), None);
    let hidden = store.update_view(own, BOB, new("x", true), saved()).await;
    assert_eq!(hidden.unwrap(), ViewOutcome::NotFound);
    assert!(!store.delete_view(own, BOB, saved()).await.unwrap());
    assert!(!store.pin_view(Some(own), BOB, saved()).await.unwrap());
    // A shared view stays its owner's, whoever changes it.
    let done = store.update_view(shared, BOB, new("ours", true), saved());
    let ViewOutcome::Done(view) = done.await.unwrap() else {
        panic!()
    };
    assert_eq!((view.owner, view.name.as_str()), (ANN, "ours"));
    let unknown = store.update_view(ViewId(999), ANN, new("x", false), saved());
    assert_eq!(unknown.await.unwrap(), ViewOutcome::NotFound);
    store.close().await;
}

pub(crate) async fn names_and_numbers_have_bounds(place: &Place) {
    let store = peopled(place).await;
    let first = add(&store, ANN, "0", false).await.id;
    let again = store.insert_view(ANN, new("0", false), saved()).await;
    assert_eq!(again.unwrap(), ViewOutcome::NameTaken);
    // Its own name is not taken, and others may use it.
    let same = store
        .update_view(first, ANN, new("0", false), saved())
        .await;
    assert!(matches!(same.unwrap(), ViewOutcome::Done(_)));
    let other = add(&store, BOB, "0", false).await.id;
    let renamed = store
        .update_view(first, ANN, new("1", false), saved())
        .await;
    assert!(matches!(renamed.unwrap(), ViewOutcome::Done(_)));
    for number in 2..=MAX_OWN_VIEWS {
        add(&store, ANN, &number.to_string(), true).await;
    }
    let more = store.insert_view(ANN, new("more", false), saved()).await;
    assert_eq!(more.unwrap(), ViewOutcome::TooMany);
    let shared = names(&store, BOB).await.len() as u64 - 1;
    assert_eq!(shared, MAX_OWN_VIEWS - 1);
    assert!(shared < MAX_SHARED_VIEWS);
    assert!(store.delete_view(first, ANN, saved()).await.unwrap());
    add(&store, ANN, "more", false).await;
    assert!(store.find_view(other, BOB).await.unwrap().is_some());
    store.close().await;
}

pub(crate) async fn a_pin_goes_with_its_view(place: &Place) {
    let store = peopled(place).await;
    let home = async |person| store.find_person(person).await.unwrap().unwrap().home_view;
    let view = add(&store, ANN, "ours", true).await.id;
    assert_eq!(home(ANN).await, None);
    for person in [ANN, BOB] {
        assert!(store.pin_view(Some(view), person, saved()).await.unwrap());
        assert_eq!(home(person).await, Some(view));
    }
    // Taken back: who no longer sees it begins elsewhere.
    let private = store.update_view(view, ANN, new("mine", false), saved());
    assert!(matches!(private.await.unwrap(), ViewOutcome::Done(_)));
    assert_eq!((home(ANN).await, home(BOB).await), (Some(view), None));
    assert!(store.pin_view(None, ANN, saved()).await.unwrap());
    assert_eq!(home(ANN).await, None);
    assert!(store.pin_view(Some(view), ANN, saved()).await.unwrap());
    assert!(store.delete_view(view, ANN, saved()).await.unwrap());
    assert_eq!(home(ANN).await, None);
    assert!(!store.pin_view(Some(view), ANN, saved()).await.unwrap());
    store.close().await;
}
