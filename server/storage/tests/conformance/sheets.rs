//! Windows, calendars and places.

use muster_core::device::IfMatch;
use muster_core::event::{EventKind, NewEvent};
use muster_core::gate::{Gate, Sheet, SheetKind, Slug};
use muster_core::operation::Turn;
use muster_storage::{Demand, InsertOutcome, SheetOutcome, SheetRow, Store, TurnOutcome};
use serde_json::json;

use super::operations::{insert, plan};
use super::place::{Place, ann, event};

fn saved() -> NewEvent {
    event(EventKind::WindowSaved, None, ann())
}

fn slug(text: &str) -> Slug {
    Slug::new(text).unwrap()
}

fn window(name: &str) -> Sheet {
    let weekly = json!({ "kind": "weekly", "days": ["sun"] });
    let json =
        json!({ "name": name, "rules": [{ "when": weekly, "start": "02:00", "minutes": 90 }] });
    Sheet::from_json(SheetKind::Window, json).unwrap()
}

fn yard(name: &str) -> Sheet {
    let shape =
        json!({ "kind": "circle", "centre": { "lat": 52.5, "lon": 13.37 }, "radiusM": 120.5 });
    Sheet::from_json(SheetKind::Place, json!({ "name": name, "shape": shape })).unwrap()
}

async fn put(store: &Store, id: &str, sheet: Sheet, demand: Demand) -> SheetOutcome {
    let put = store.put_sheet(slug(id), sheet, demand, saved());
    put.await.unwrap()
}

fn done(outcome: SheetOutcome) -> SheetRow {
    match outcome {
        SheetOutcome::Done(row) => row,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn sheets_come_back(place: &Place) {
    let store = place.open().await;
    let night = done(put(&store, "night", window("Näht, „ruhig“"), Demand::New).await);
    let yard = done(put(&store, "night", yard("Yard"), Demand::Nothing).await);
    assert_eq!(store.sheets().await.unwrap(), [yard.clone(), night.clone()]);
    store.close().await;
    let store = place.open().await;
    assert_eq!(store.sheets().await.unwrap(), [yard, night]);
    store.close().await;
}

pub(crate) async fn sheets_follow_the_demand(place: &Place) {
    let store = place.open().await;
    let absent = Demand::Match(IfMatch::Any);
    let none = put(&store, "night", window("Night"), absent.clone()).await;
    assert_eq!(none, SheetOutcome::NotFound);
    let first = done(put(&store, "night", window("Night"), Demand::New).await);
    let again = put(&store, "night", window("Night"), Demand::New).await;
    assert_eq!(again, SheetOutcome::Taken);
    let second = done(put(&store, "night", window("Late"), absent).await);
    assert!(second.etag > first.etag);
    let stale = Demand::Match(IfMatch::exactly(first.etag));
    let conflict = SheetOutcome::Conflict {
        current: second.etag,
    };
    let refused = put(&store, "night", window("Night"), stale.clone()).await;
    assert_eq!(refused, conflict);
    let delete = |demand| store.delete_sheet(SheetKind::Window, slug("night"), demand, saved());
    assert_eq!(delete(stale).await.unwrap(), conflict);
    let current = Demand::Match(IfMatch::exactly(second.etag));
    assert_eq!(done(delete(current).await.unwrap()), second);
    assert_eq!(
        delete(Demand::Nothing).await.unwrap(),
        SheetOutcome::NotFound
    );
    // Made anew it is another one.
    let third = done(put(&store, "night", window("Night"), Demand::New).await);
    assert!(third.etag > second.etag);
    store.close().await;
}

pub(crate) async fn names_of_sheets_are_unique_per_kind(place: &Place) {
    let store = place.open().await;
    done(put(&store, "night", window("Night"), Demand::New).await);
    let other = put(&store, "other", window("Night"), Demand::New).await;
    assert_eq!(other, SheetOutcome::Taken);
    done(put(&store, "other", window("Other"), Demand::New).await);
    let renamed = put(&store, "other", window("Night"), Demand::Nothing).await;
    assert_eq!(renamed, SheetOutcome::Taken);
    done(put(&store, "night", yard("Night"), Demand::New).await);
    store.close().await;
}

pub(crate) async fn the_zone_is_kept(place: &Place) {
    let store = place.open().await;
    let zone = |name: &str| {
        let event = event(EventKind::ZoneChanged, None, ann());
        store.set_zone("zone", name.to_owned(), event)
    };
    zone("Europe/Berlin").await.unwrap();
    zone("Asia/Tokyo").await.unwrap();
    let kept = store.setting("zone").await.unwrap();
    assert_eq!(kept.as_deref(), Some("Asia/Tokyo"));
    store.close().await;
}

pub(crate) async fn a_gate_keeps_its_window(place: &Place) {
    let store = place.open().await;
    done(put(&store, "night", window("Night"), Demand::New).await);
    let mut gated = plan(Vec::new());
    gated.how.gates = vec![Gate::Window {
        window: "night".into(),
    }];
    let InsertOutcome::Inserted(operation) = insert(&store, gated, None).await else {
        panic!()
    };
    let delete = || store.delete_sheet(SheetKind::Window, slug("night"), Demand::Nothing, saved());
    let needed = SheetOutcome::Needed {
        by: "A change".into(),
    };
    assert_eq!(delete().await.unwrap(), needed);
    let cancelled = event(EventKind::OperationStopped, None, ann());
    let turned = store.turn_operation(operation.id, Turn::Cancel, None, cancelled);
    assert!(matches!(turned.await.unwrap(), TurnOutcome::Done(_)));
    done(delete().await.unwrap());
    store.close().await;
}
