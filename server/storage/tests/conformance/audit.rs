//! The audit trail shows when somebody changed it.

use muster_core::access::PolicyName;
use muster_core::event::{Actor, EventKind};
use muster_core::ids::EventSeq;
use muster_storage::{AuditFault, Store};
use serde_json::json;

use super::place::{Place, ann, event, make, report};

/// Five audited events among others: 1, 3, 5, 6, 7.
async fn fill(store: &Store) {
    make(store, "a").await;
    report(store, "a", json!({"x": 1})).await;
    store
        .record(event(EventKind::SecretShown, Some("a"), ann()))
        .await
        .unwrap();
    store
        .record(event(EventKind::SignInRefused, None, Actor::Hub))
        .await
        .unwrap();
    store
        .record(event(EventKind::BackupWritten, None, Actor::Console))
        .await
        .unwrap();
    store
        .record(event(EventKind::Exported, None, ann()))
        .await
        .unwrap();
    store
        .record(event(EventKind::SignedOut, None, ann()))
        .await
        .unwrap();
}

pub(crate) async fn the_chain_holds(place: &Place) {
    let store = place.open().await;
    let empty = store.verify_audit().await.unwrap();
    assert_eq!((empty.entries, empty.fault), (0, None));
    fill(&store).await;
    store.close().await;
    let store = place.open().await;
    for _ in 0..1500 {
        store
            .record(event(EventKind::SignedIn, None, ann()))
            .await
            .unwrap();
    }
    let check = store.verify_audit().await.unwrap();
    assert_eq!((check.entries, check.fault), (1505, None));
    store.close().await;
}

/// What tools do with the key of a policy is audited under the policy's name.
pub(crate) async fn policies_are_audited(place: &Place) {
    let store = place.open().await;
    for name in PolicyName::ALL {
        let done = event(EventKind::Exported, None, Actor::Policy { name });
        store.record(done).await.unwrap();
    }
    let events = store.events_since(EventSeq(0), 10).await.unwrap();
    let actors: Vec<_> = events.into_iter().map(|event| event.actor).collect();
    assert_eq!(actors, PolicyName::ALL.map(|name| Actor::Policy { name }));
    let check = store.verify_audit().await.unwrap();
    assert_eq!((check.entries, check.fault), (5, None));
    store.close().await;
}

async fn fault_after(place: &Place, statement: &'static str) -> Option<AuditFault> {
    let store = place.open().await;
    fill(&store).await;
    store.close().await;
    assert_eq!(place.tamper(statement).await, 1);
    let store = place.open().await;
    let fault = store.verify_audit().await.unwrap().fault;
    let findings = store.check().await.unwrap();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0].subject, "audit trail");
    store.close().await;
    fault
}

pub(crate) async fn a_changed_entry_is_found(place: &Place) {
    let statement = "UPDATE event SET actor_name = 'bob' WHERE seq = 3";
    assert_eq!(
        fault_after(place, statement).await,
        Some(AuditFault::Broken(EventSeq(3)))
    );
}

pub(crate) async fn a_removed_entry_is_found(place: &Place) {
    let statement = "DELETE FROM event WHERE seq = 3";
    assert_eq!(
        fault_after(place, statement).await,
        Some(AuditFault::Broken(EventSeq(5)))
    );
}

pub(crate) async fn a_cut_off_end_is_found(place: &Place) {
    let statement = "DELETE FROM event WHERE seq = 7";
    let fault = AuditFault::CutOff {
        found: 4,
        written: 5,
    };
    assert_eq!(fault_after(place, statement).await, Some(fault));
}
