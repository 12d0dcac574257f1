//! Exports and imports.

use muster_core::event::EventKind;
use muster_core::transfer::{Progress, Transfer, TransferId, TransferPlan, TransferState};

use super::place::{Place, T0, ann, event};

fn transfer(number: u8) -> Transfer {
    Transfer {
        id: TransferId::from_entropy([number; 16]),
        plan: TransferPlan::Export {
            to: "north".into(),
            file: "devices.txt".into(),
            without_keys: true,
        },
        by: ann(),
        created_at: T0,
        ended_at: None,
        state: TransferState::Running,
        progress: Progress {
            total: 3,
            ..Progress::default()
        },
        failure: None,
    }
}

pub(crate) async fn one_runs_at_a_time(place: &Place) {
    let store = place.open().await;
    let begun = || event(EventKind::Exported, None, ann());
    let ended = || event(EventKind::TransferEnded, None, ann());
    let (first, second) = (transfer(1), transfer(2));
    assert!(store.begin_transfer(first.clone(), begun()).await.unwrap());
    assert!(!store.begin_transfer(second.clone(), begun()).await.unwrap());
    assert_eq!(store.running_transfer().await.unwrap(), Some(first.clone()));
    let progress = Progress {
        done: 2,
        devices: 2,
        ..first.progress
    };
    assert!(store.move_transfer(&first.id, progress).await.unwrap());
    let found = store.find_transfer(&first.id).await.unwrap().unwrap();
    assert_eq!(found.progress, progress);
    let end = async |id: &TransferId, state| {
        let why = Some("the disk is full".to_owned());
        store
            .end_transfer(id, state, progress, why, ended())
            .await
            .unwrap()
    };
    assert!(end(&first.id, TransferState::Failed).await);
    // What has ended does not move any more.
    assert!(!end(&first.id, TransferState::Completed).await);
    assert!(!store.move_transfer(&first.id, progress).await.unwrap());
    assert!(store.begin_transfer(second.clone(), begun()).await.unwrap());
    let all = store.transfers().await.unwrap();
    let ids: Vec<&TransferId> = all.iter().map(|transfer| &transfer.id).collect();
    assert_eq!(ids, [&second.id, &first.id]);
    assert_eq!(all[1].state, TransferState::Failed);
    assert_eq!(all[1].failure.as_deref(), Some("the disk is full"));
    assert_eq!(all[1].ended_at, Some(T0));
    // The running one is never old.
    assert_eq!(store.forget_transfers(T0.plus_ms(1)).await.unwrap(), 1);
    assert_eq!(store.transfers().await.unwrap().len(), 1);
    let unknown = TransferId::named("unknown");
    assert_eq!(store.find_transfer(&unknown).await.unwrap(), None);
}
