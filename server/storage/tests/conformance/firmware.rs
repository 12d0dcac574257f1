//! What is known about firmware.

use muster_core::event::{EventKind, NewEvent};
use muster_core::firmware::{Artifact, ArtifactId, ArtifactState, NewArtifact, Signature, Version};
use muster_core::ids::PersonId;
use muster_storage::{ArtifactOutcome, MAX_ARTIFACTS, Store};

use super::place::{Place, T0, ann, event};

fn added() -> NewEvent {
    event(EventKind::FirmwareAdded, None, ann())
}

fn version(text: &str) -> Version {
    Version::new(text).unwrap()
}

fn artifact(number: u64) -> Artifact {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&number.to_be_bytes());
    Artifact {
        id: ArtifactId::from_hash(hash),
        size: 3_000_000_000,
        about: NewArtifact::plain("Sensor", version("4.4.0")),
        state: ArtifactState::Available,
        added_at: T0.plus_ms(number.cast_signed()),
        added_by: None,
    }
}

async fn add(store: &Store, artifact: Artifact) -> ArtifactOutcome {
    store.insert_artifact(artifact, added()).await.unwrap()
}

pub(crate) async fn artifacts_come_back(place: &Place) {
    let store = place.open().await;
    let mut full = artifact(1);
    full.added_by = Some(PersonId(7));
    full.about = NewArtifact {
        models: vec!["CT-2*".into()],
        from: Some(version("4.0")),
        until: Some(version("4.4.0")),
        must_pass: vec![version("4.2")],
        signature: Some(Signature {
            key: "release".into(),
            value: "abc".into(),
        }),
        notes: "Mends – the door".into(),
        ..full.about
    };
    assert_eq!(add(&store, full.clone()).await, ArtifactOutcome::Done);
    assert_eq!(add(&store, full.clone()).await, ArtifactOutcome::Exists);
    assert_eq!(add(&store, artifact(2)).await, ArtifactOutcome::Done);
    let all = store.artifacts().await.unwrap();
    assert_eq!(all, [artifact(2), full.clone()]);
    let withdrawn = ArtifactState::Withdrawn;
    for _ in 0..2 {
        let set = store.set_artifact_state(full.id, withdrawn, added()).await;
        assert!(set.unwrap());
    }
    let found = store.find_artifact(&full.id).await.unwrap().unwrap();
    assert_eq!(found.state, withdrawn);
    assert!(store.delete_artifact(full.id, added()).await.unwrap());
    assert!(!store.delete_artifact(full.id, added()).await.unwrap());
    let set = store.set_artifact_state(full.id, withdrawn, added()).await;
    assert!(!set.unwrap());
    assert_eq!(store.find_artifact(&full.id).await.unwrap(), None);
    store.close().await;
}

pub(crate) async fn the_number_of_artifacts_is_bounded(place: &Place) {
    let store = place.open().await;
    let all = futures::future::join_all((0..MAX_ARTIFACTS).map(|n| add(&store, artifact(n)))).await;
    assert!(all.iter().all(|outcome| *outcome == ArtifactOutcome::Done));
    let over = add(&store, artifact(MAX_ARTIFACTS)).await;
    assert_eq!(over, ArtifactOutcome::TooMany);
    assert_eq!(store.artifacts().await.unwrap().len() as u64, MAX_ARTIFACTS);
    store.close().await;
}

pub(crate) async fn the_key_of_links_is_made_once(place: &Place) {
    let store = place.open().await;
    let first = store.link_key([1; 32]).await.unwrap();
    assert_eq!(store.link_key([2; 32]).await.unwrap(), first);
    store.close().await;
    let store = place.open().await;
    assert_eq!(store.link_key([3; 32]).await.unwrap(), first);
    store.close().await;
}
