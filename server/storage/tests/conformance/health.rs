//! Samples of the fleet, and handover notes.

use muster_core::event::{Actor, EventKind, NewEvent};
use muster_core::time::Timestamp;
use muster_storage::{FleetSample, MAX_NOTES};
use serde_json::json;

use super::place::{Place, at};

const HOUR: i64 = 3600;

fn sample(scope: &str, at: Timestamp, silent: u32) -> FleetSample {
    FleetSample {
        scope: scope.to_owned(),
        at,
        connected: 1,
        drift: 2,
        contact: [10, 9, 8, silent, u32::MAX],
        firmware: vec![("4.2.1".to_owned(), 7), ("\"4\"".to_owned(), 1)],
    }
}

pub(crate) async fn hours_keep_their_worst_moment(place: &Place) {
    let store = place.open().await;
    let on = |s: i64| Timestamp::from_secs(s);
    // An hour with a short outage, one without, one that is not over.
    let silent = [
        (0, 1),
        (300, 40),
        (600, 40),
        (900, 2),
        (HOUR, 5),
        (HOUR + 300, 5),
        (2 * HOUR, 1),
        (2 * HOUR + 300, 9),
    ];
    let of = |scope: &str| silent.map(|(s, silent)| sample(scope, on(s), silent));
    store.add_fleet_samples(of("").to_vec()).await.unwrap();
    let elsewhere = "tags.region = 'north'";
    store
        .add_fleet_samples(of(elsewhere).to_vec())
        .await
        .unwrap();
    // The first one counts.
    store
        .add_fleet_samples(vec![sample("", on(0), 77)])
        .await
        .unwrap();
    let all = store.fleet_samples("", on(0), on(9 * HOUR)).await.unwrap();
    assert_eq!(all, of(""));

    store
        .tidy_fleet_samples(on(0), on(2 * HOUR), on(0))
        .await
        .unwrap();
    for scope in ["", elsewhere] {
        let kept = store
            .fleet_samples(scope, on(0), on(9 * HOUR))
            .await
            .unwrap();
        let kept: Vec<_> = kept.iter().map(|s| (s.at, s.contact[3])).collect();
        let want = [(300, 40), (HOUR, 5), (2 * HOUR, 1), (2 * HOUR + 300, 9)];
        assert_eq!(kept, want.map(|(s, silent)| (on(s), silent)), "{scope}");
    }
    store
        .tidy_fleet_samples(on(0), on(0), on(2 * HOUR))
        .await
        .unwrap();
    let kept = store.fleet_samples("", on(0), on(9 * HOUR)).await.unwrap();
    assert_eq!(kept.len(), 2);
    store.close().await;
}

pub(crate) async fn notes_belong_to_a_scope(place: &Place) {
    let store = place.open().await;
    let leave = async |scope: &str, text: String, s: i64| {
        let event = NewEvent {
            at: at(s),
            device: None,
            actor: Actor::Hub,
            kind: EventKind::NoteLeft,
            detail: json!({}),
        };
        let author = "Operator North".to_owned();
        store
            .leave_note(scope.to_owned(), author, text, event)
            .await
            .unwrap();
    };
    leave("tags.region = 'north'", "elsewhere".to_owned(), 0).await;
    for n in 0..=MAX_NOTES {
        leave("", format!("note {n}"), n as i64).await;
    }
    let notes = store.handover_notes("", usize::MAX).await.unwrap();
    assert_eq!(notes.len(), MAX_NOTES);
    let newest = (
        notes[0].text.as_str(),
        notes[0].author.as_str(),
        notes[0].at,
    );
    let last = format!("note {MAX_NOTES}");
    assert_eq!(
        newest,
        (last.as_str(), "Operator North", at(MAX_NOTES as i64))
    );
    assert_eq!(notes[MAX_NOTES - 1].text, "note 1");
    let others = store.handover_notes("tags.region = 'north'", 5).await;
    assert_eq!(others.unwrap().len(), 1);
    store.close().await;
}
