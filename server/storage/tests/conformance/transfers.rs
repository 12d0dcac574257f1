//! Exports and imports.

use muster_core::event::EventKind;
use muster_core::ids::OperationId;
use muster_core::operation::{OperationState, TaskKind};
use muster_core::transfer::{
    FailedLine, Progress, Transfer, TransferId, TransferPlan, TransferState,
};
use muster_storage::{Listed, MAX_FAILURES, OperationFilter, Store};

use super::operations::{insert, plan};
use super::place::{Place, T0, ann, event};

fn transfer(number: u8) -> Transfer {
    Transfer {
        id: TransferId::from_entropy([number; 16]),
        number: OperationId(0),
        plan: TransferPlan::Export {
            to: "north".into(),
            file: "devices.txt".into(),
            without_keys: true,
            configurations: None,
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
    let (mut first, second) = (transfer(1), transfer(2));
    let number = store.begin_transfer(first.clone(), begun()).await.unwrap();
    first.number = number.unwrap();
    let refused = store.begin_transfer(second.clone(), begun()).await.unwrap();
    assert_eq!(refused, None);
    assert_eq!(store.running_transfer().await.unwrap(), Some(first.clone()));
    let progress = Progress {
        done: 2,
        devices: 2,
        ..first.progress
    };
    assert!(
        store
            .move_transfer(&first.id, progress, vec![])
            .await
            .unwrap()
    );
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
    assert!(
        !store
            .move_transfer(&first.id, progress, vec![])
            .await
            .unwrap()
    );
    let number = store.begin_transfer(second.clone(), begun()).await.unwrap();
    assert!(number.unwrap() > first.number);
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

async fn begin(store: &Store, transfer: Transfer) -> Transfer {
    let begun = event(EventKind::Exported, None, ann());
    let number = store.begin_transfer(transfer.clone(), begun).await.unwrap();
    let number = number.unwrap();
    Transfer { number, ..transfer }
}

async fn end(store: &Store, transfer: &Transfer, state: TransferState) {
    let ended = event(EventKind::TransferEnded, None, ann());
    let ended = store.end_transfer(&transfer.id, state, transfer.progress, None, ended);
    assert!(ended.await.unwrap());
}

/// Goes through the list in pages of two and back again.
async fn listed(store: &Store, filter: &OperationFilter) -> Vec<i64> {
    let page = async |cursor: Option<String>| {
        let filter = OperationFilter {
            limit: 2,
            cursor,
            ..filter.clone()
        };
        store.operations(&filter).await.unwrap()
    };
    let (mut forward, mut cursor) = (Vec::new(), None);
    let mut last = loop {
        let found = page(cursor).await;
        forward.extend(found.rows.iter().map(Listed::number));
        cursor = found.next.clone();
        if cursor.is_none() {
            break found;
        }
    };
    let mut backward: Vec<i64> = last.rows.iter().map(Listed::number).collect();
    while let Some(cursor) = last.previous {
        last = page(Some(cursor)).await;
        let before = last.rows.iter().map(Listed::number);
        backward = before.chain(backward).collect();
    }
    assert_eq!(forward, backward, "there and back");
    forward
}

pub(crate) async fn they_stand_between_operations(place: &Place) {
    let store = place.open().await;
    let mut numbers = Vec::new();
    for number in 1..=3 {
        insert(&store, plan(Vec::new()), None).await;
        let begun = begin(&store, transfer(number)).await;
        end(&store, &begun, TransferState::Completed).await;
        numbers.push(begun.number.0);
    }
    let all = listed(&store, &OperationFilter::default()).await;
    assert_eq!(all.len(), 6);
    assert!(all.is_sorted_by(|a, b| a > b), "newest first: {all:?}");
    let check = async |filter: OperationFilter, want: Vec<i64>| {
        assert_eq!(listed(&store, &filter).await, want, "{filter:?}");
    };
    numbers.reverse();
    let exports = OperationFilter {
        kinds: vec![TaskKind::Export],
        ..OperationFilter::default()
    };
    check(exports.clone(), numbers.clone()).await;
    let completed = OperationFilter {
        states: vec![OperationState::Completed],
        ..OperationFilter::default()
    };
    check(completed, numbers.clone()).await;
    let named = OperationFilter {
        text: " NORTH/dev".into(),
        ..OperationFilter::default()
    };
    check(named, numbers).await;
    let failed = OperationFilter {
        states: vec![OperationState::CompletedWithFailures],
        ..exports
    };
    check(failed, vec![]).await;
    let jobs = OperationFilter {
        jobs: true,
        ..OperationFilter::default()
    };
    check(jobs, vec![]).await;
}

pub(crate) async fn failed_lines_are_kept_with_the_progress(place: &Place) {
    let store = place.open().await;
    let begun = begin(&store, transfer(1)).await;
    let line = |number: u64| FailedLine {
        file: "devices.txt".into(),
        line: number,
        id: number.is_multiple_of(2).then(|| format!("d{number}")),
        code: if number < 3 {
            "ArgumentInvalid"
        } else {
            "DeviceNotFound"
        }
        .into(),
        why: "it is wrong".into(),
    };
    let mut progress = Progress {
        failed: 5,
        ..Progress::default()
    };
    let lines: Vec<FailedLine> = (0..5).map(line).collect();
    assert!(
        store
            .move_transfer(&begun.id, progress, lines.clone())
            .await
            .unwrap()
    );
    // Beyond the bound they are counted only.
    progress.failed = MAX_FAILURES + 1;
    assert!(
        store
            .move_transfer(&begun.id, progress, vec![line(9)])
            .await
            .unwrap()
    );
    let first = store
        .transfer_failures(begun.number, 3, None)
        .await
        .unwrap();
    assert_eq!((first.rows.as_slice(), first.previous), (&lines[..3], None));
    let second = store
        .transfer_failures(begun.number, 3, first.next.as_deref())
        .await
        .unwrap();
    assert_eq!((second.rows.as_slice(), second.next), (&lines[3..], None));
    let back = store
        .transfer_failures(begun.number, 3, second.previous.as_deref())
        .await
        .unwrap();
    assert_eq!(back.rows, lines[..3]);
    let kinds = store.transfer_failure_kinds(begun.number).await.unwrap();
    let kinds: Vec<(&str, u64)> = kinds
        .iter()
        .map(|kind| (kind.code.as_str(), kind.lines))
        .collect();
    assert_eq!(kinds, [("ArgumentInvalid", 3), ("DeviceNotFound", 2)]);
    // They go with the transfer.
    end(&store, &begun, TransferState::Completed).await;
    assert_eq!(store.forget_transfers(T0.plus_ms(1)).await.unwrap(), 1);
    let gone = store
        .transfer_failures(begun.number, 3, None)
        .await
        .unwrap();
    assert!(gone.rows.is_empty());
}
