//! Bulk operations: targets, batches, and numbers that equal a full count.

use std::collections::BTreeMap;
use std::sync::Arc;

use muster_core::event::{EventKind, NewEvent};
use muster_core::ids::{OperationId, PersonId};
use muster_core::operation::{
    How, Limits, Offline, OperationState, Plan, Tally, Target, Task, Turn, Wave, WaveSize,
    WaveState,
};
use muster_core::twin::{Mode, ServiceWrite};
use muster_storage::{
    Candidate, Effect, Ended, Hold, InsertOutcome, NewOperation, NewPerson, OperationRow,
    PasswordHash, ReasonCause, Settled, Store, StoredTarget, TargetBatch, TargetFilter,
    TurnOutcome, WaveTurn,
};
use serde_json::{Value, json};

use super::place::{Place, ann, at, event, id, make};

mod random;
mod workers;

pub(crate) use random::random_batches_keep_the_numbers_right;
pub(crate) use workers::workers_that_die_lose_and_repeat_nothing;

fn wave(size: WaveSize) -> Wave {
    Wave {
        size,
        success_percent: 100,
        soak_s: 0,
        manual: false,
    }
}

pub(super) fn plan(waves: Vec<Wave>) -> Plan {
    Plan {
        title: "A change".into(),
        task: Task::UpdateTwin {
            tags: None,
            desired: Some(json!({ "a": 1 })),
        },
        target: Target::Query {
            text: String::new(),
        },
        how: How {
            starts_at: None,
            expires_at: None,
            waves,
            gates: Vec::new(),
            limits: Limits::default(),
            offline: Offline::Wait,
            attempts: 1,
            retry_after_s: 0,
            timeout_s: 60,
            newcomers: false,
            failures: None,
        },
    }
}

fn two_waves() -> Plan {
    plan(vec![
        wave(WaveSize::Count { devices: 2 }),
        wave(WaveSize::Rest),
    ])
}

fn said(kind: EventKind) -> NewEvent {
    event(kind, None, ann())
}

pub(super) async fn insert(
    store: &Store,
    plan: Plan,
    job: Option<&str>,
) -> InsertOutcome<OperationRow> {
    let new = NewOperation {
        job_id: job.map(str::to_owned),
        plan,
        state: OperationState::Scheduled,
        back_of: None,
        event: said(EventKind::OperationCreated),
    };
    store.insert_operation(new).await.unwrap()
}

/// A started operation on `d0`, `d1` in its first wave and `d2` … in the second.
async fn started(store: &Store, devices: usize) -> OperationId {
    let InsertOutcome::Inserted(row) = insert(store, two_waves(), None).await else {
        panic!()
    };
    let targets = (0..devices).map(|n| (id(&format!("d{n}")), u16::from(n >= 2)));
    assert!(store.freeze(row.id, None, targets.collect()).await.unwrap());
    let begun = said(EventKind::OperationStarted);
    let TurnOutcome::Done(_) = store.start_operation(row.id, begun).await.unwrap() else {
        panic!()
    };
    row.id
}

async fn fleet(place: &Place, devices: usize) -> Store {
    let store = place.open().await;
    for n in 0..devices {
        make(&store, &format!("d{n}")).await;
    }
    store
}

async fn open_second_wave(store: &Store, operation: OperationId) {
    let turn = WaveTurn {
        operation,
        wave: 0,
        from: WaveState::Open,
        to: WaveState::Passed,
        soak_until: None,
        resume: None,
        actor: ann(),
        at: at(1),
    };
    store.turn_wave(turn).await.unwrap().unwrap();
}

async fn fresh(store: &Store, id: OperationId, wave: u16) -> Vec<Candidate> {
    store.fresh_targets(id, wave, i64::MIN, 100).await.unwrap()
}

fn write() -> Effect {
    Effect::Twin {
        write: Arc::new(ServiceWrite {
            mode: Mode::Merge,
            tags: None,
            desired: Some(json!({ "a": 1 })),
        }),
        undo: true,
    }
}

fn waits(text: &str) -> Hold {
    Hold {
        look: Some(at(100)),
        ..Hold::plain(ReasonCause::Gate, text)
    }
}

/// The kept numbers, after making sure that they equal a full count.
async fn tallies(store: &Store, id: OperationId) -> Vec<Tally> {
    let row = store.find_operation(id).await.unwrap().unwrap();
    let mut counted = vec![Tally::default(); row.waves.len()];
    for (wave, state, devices) in store.count_targets(id).await.unwrap() {
        let tally = &mut counted[usize::from(wave)];
        match state {
            StoredTarget::Pending => tally.pending = devices,
            StoredTarget::Running => tally.running = devices,
            StoredTarget::Succeeded => tally.succeeded = devices,
            StoredTarget::Failed => tally.failed = devices,
            StoredTarget::Skipped => tally.skipped = devices,
        }
    }
    let kept: Vec<Tally> = row.waves.iter().map(|wave| wave.tally).collect();
    assert_eq!(kept, counted);
    kept
}

async fn reasons(store: &Store, id: OperationId) -> BTreeMap<String, u32> {
    let reasons = store.operation_reasons(id).await.unwrap().into_iter();
    let held = reasons.filter(|reason| reason.devices > 0);
    held.map(|reason| (reason.text, reason.devices)).collect()
}

async fn desired(store: &Store, name: &str) -> (Value, u64) {
    let twin = store.find_twin(&id(name)).await.unwrap().unwrap().twin;
    (Value::Object(twin.desired.value), twin.desired.version)
}

fn pending(pending: u32) -> Tally {
    Tally {
        pending,
        ..Tally::default()
    }
}

pub(crate) async fn targets_are_written_down_in_parts(place: &Place) {
    let store = fleet(place, 5).await;
    let InsertOutcome::Inserted(row) = insert(&store, two_waves(), None).await else {
        panic!()
    };
    let part = |names: &[&str], wave| names.iter().map(|name| (id(name), wave)).collect();
    let first = store
        .freeze(row.id, None, part(&["d0", "d1", "nobody"], 0))
        .await;
    assert!(first.unwrap());
    // The same part again, after an answer was lost: it does not fit any more.
    assert!(
        !store
            .freeze(row.id, None, part(&["d0", "d1"], 0))
            .await
            .unwrap()
    );
    store.close().await;
    let store = place.open().await;
    let row = store.find_operation(row.id).await.unwrap().unwrap();
    assert_eq!(row.frozen_upto.as_deref(), Some("nobody"));
    let rest = store
        .freeze(row.id, row.frozen_upto, part(&["d2", "d3", "d4"], 1))
        .await;
    assert!(rest.unwrap());
    assert_eq!(tallies(&store, row.id).await, [pending(2), pending(3)]);
    let begun = said(EventKind::OperationStarted);
    let TurnOutcome::Done(row) = store.start_operation(row.id, begun).await.unwrap() else {
        panic!()
    };
    assert_eq!(
        (row.state, row.frozen, row.wave),
        (OperationState::Running, true, Some(0))
    );
    let states: Vec<WaveState> = row.waves.iter().map(|wave| wave.state).collect();
    assert_eq!(states, [WaveState::Open, WaveState::Later]);
    assert!(
        !store
            .freeze(row.id, row.frozen_upto, part(&["d0"], 0))
            .await
            .unwrap()
    );
    store.close().await;
}

pub(crate) async fn a_batch_changes_devices_targets_and_numbers_together(place: &Place) {
    let store = fleet(place, 6).await;
    let operation = started(&store, 6).await;
    open_second_wave(&store, operation).await;
    let (a, b) = (
        fresh(&store, operation, 0).await,
        fresh(&store, operation, 1).await,
    );
    let mut batch = TargetBatch::new(operation, at(2));
    batch.apply = vec![(a[0].clone(), write()), (a[1].clone(), Effect::Delete)];
    batch.hold = vec![
        (b[0].clone(), waits("night")),
        (b[1].clone(), waits("night")),
    ];
    batch.begin = vec![(b[2].clone(), at(60))];
    let skipped = Ended::Skipped {
        why: "no need".into(),
    };
    batch.ended = vec![(b[3].clone(), skipped, None, None)];
    let settled = store.settle_targets(batch).await.unwrap();
    assert_eq!(settled.changed, 6);
    assert_eq!(settled.begun.len(), 1);
    let want = [
        Tally {
            succeeded: 2,
            ..Tally::default()
        },
        Tally {
            pending: 2,
            running: 1,
            skipped: 1,
            ..Tally::default()
        },
    ];
    assert_eq!(tallies(&store, operation).await, want);
    assert_eq!(desired(&store, "d0").await, (json!({ "a": 1 }), 2));
    assert!(store.find_twin(&id("d1")).await.unwrap().is_none());
    let want = BTreeMap::from([("night".to_owned(), 2), ("no need".to_owned(), 1)]);
    assert_eq!(reasons(&store, operation).await, want);
    assert!(fresh(&store, operation, 1).await.is_empty());
    assert_eq!(
        store
            .next_due(operation, StoredTarget::Pending)
            .await
            .unwrap(),
        Some(at(100))
    );
    let due = store
        .due_targets(operation, StoredTarget::Pending, at(99), 10)
        .await
        .unwrap();
    assert!(due.is_empty());
    let due = store
        .due_targets(operation, StoredTarget::Pending, at(100), 10)
        .await
        .unwrap();
    assert_eq!(due, b[..2]);
    let named = [id("d2"), id("d4"), id("nobody")];
    let waiting = store
        .targets_of(operation, StoredTarget::Pending, &named)
        .await
        .unwrap();
    assert_eq!(waiting, b[..1]);
    // The end of what was begun, with what the device said; and one that waited goes.
    let mut batch = TargetBatch::new(operation, at(3));
    let failed = Ended::Failed {
        why: "the device answered 500".into(),
        retryable: true,
    };
    batch.ended = vec![(b[2].clone(), failed, Some(500), Some(json!({ "e": 1 })))];
    batch.apply = vec![(b[0].clone(), write())];
    store.settle_targets(batch).await.unwrap();
    let filter = TargetFilter {
        states: vec![(1, StoredTarget::Failed), (1, StoredTarget::Succeeded)],
        why: None,
        device_text: "D".into(),
        limit: 1,
        cursor: None,
    };
    let page = store.operation_targets(operation, &filter).await.unwrap();
    assert_eq!(
        (page.rows[0].device.clone(), page.rows[0].attempt),
        (id("d2"), 1)
    );
    let filter = TargetFilter {
        cursor: page.next,
        ..filter
    };
    let page = store.operation_targets(operation, &filter).await.unwrap();
    assert_eq!(page.next, None);
    let row = &page.rows[0];
    assert_eq!(
        (row.status, row.result.clone()),
        (Some(500), Some(json!({ "e": 1 })))
    );
    assert_eq!(row.why.as_deref(), Some("the device answered 500"));
    assert_eq!((row.began_at, row.ended_at), (Some(at(2)), Some(at(3))));
    let filter = TargetFilter {
        cursor: page.previous,
        ..filter
    };
    let page = store.operation_targets(operation, &filter).await.unwrap();
    assert_eq!(page.rows[0].device, id("d2"));
    let mut walked = store
        .walk_targets(operation, (0, i64::MIN), 10)
        .await
        .unwrap();
    assert_eq!(walked.len(), 6);
    assert_eq!(walked.pop().unwrap().state, StoredTarget::Skipped);
    store.close().await;
}

pub(crate) async fn a_repeated_batch_changes_nothing(place: &Place) {
    let store = fleet(place, 3).await;
    let operation = started(&store, 3).await;
    let a = fresh(&store, operation, 0).await;
    let mut batch = TargetBatch::new(operation, at(2));
    batch.apply = a.iter().map(|one| (one.clone(), write())).collect();
    store.settle_targets(batch.clone()).await.unwrap();
    let events = store.newest_event().await.unwrap();
    let again = store.settle_targets(batch).await.unwrap();
    assert_eq!(again.changed, 0);
    assert_eq!(store.newest_event().await.unwrap(), events);
    assert_eq!(desired(&store, "d0").await.1, 2);
    assert_eq!(
        tallies(&store, operation).await[0],
        Tally {
            succeeded: 2,
            ..Tally::default()
        }
    );
    store.close().await;
}

pub(crate) async fn what_is_begun_may_finish_and_nothing_else(place: &Place) {
    let store = fleet(place, 3).await;
    let operation = started(&store, 3).await;
    let a = fresh(&store, operation, 0).await;
    let mut batch = TargetBatch::new(operation, at(2));
    batch.begin = vec![(a[0].clone(), at(60))];
    store.settle_targets(batch).await.unwrap();
    let stop = said(EventKind::OperationStopped);
    let why = Some("too loud".to_owned());
    let turned = store
        .turn_operation(operation, Turn::Stop, why, stop.clone())
        .await
        .unwrap();
    let TurnOutcome::Done(row) = turned else {
        panic!()
    };
    assert_eq!(
        (row.state, row.reason.as_deref()),
        (OperationState::Stopped, Some("too loud"))
    );
    assert_eq!(row.counts().cancelled, 2);
    let turned = store
        .turn_operation(operation, Turn::Pause, None, stop)
        .await
        .unwrap();
    assert!(matches!(turned, TurnOutcome::NotNow(_)), "{turned:?}");
    assert!(store.open_operations().await.unwrap().is_empty());
    assert_eq!(store.begun_operations().await.unwrap()[0].id, operation);
    let mut batch = TargetBatch::new(operation, at(3));
    batch.apply = vec![(a[1].clone(), write())];
    batch.ended = vec![(a[0].clone(), Ended::Succeeded, Some(200), None)];
    let settled = store.settle_targets(batch).await.unwrap();
    assert_eq!(settled.over, [id("d0")]);
    assert_eq!(desired(&store, "d1").await.1, 1);
    let want = Tally {
        pending: 1,
        succeeded: 1,
        ..Tally::default()
    };
    assert_eq!(tallies(&store, operation).await[0], want);
    store.close().await;
}

pub(crate) async fn failed_targets_begin_again(place: &Place) {
    let store = fleet(place, 2).await;
    let operation = started(&store, 2).await;
    let a = fresh(&store, operation, 0).await;
    let mut batch = TargetBatch::new(operation, at(2));
    let failed = Ended::Failed {
        why: "no answer".into(),
        retryable: true,
    };
    batch.ended = vec![
        (a[0].clone(), failed, None, None),
        (a[1].clone(), Ended::Succeeded, None, None),
    ];
    store.settle_targets(batch).await.unwrap();
    let failed = store
        .failed_targets(operation, (0, i64::MIN), 10)
        .await
        .unwrap();
    assert_eq!(failed, a[..1]);
    let mut batch = TargetBatch::new(operation, at(3));
    batch.retry = a.clone();
    store.settle_targets(batch).await.unwrap();
    // Success is final.
    let want = Tally {
        pending: 1,
        succeeded: 1,
        ..Tally::default()
    };
    assert_eq!(tallies(&store, operation).await[0], want);
    assert_eq!(reasons(&store, operation).await, BTreeMap::new());
    assert_eq!(fresh(&store, operation, 0).await, a[..1]);
    store.close().await;
}

pub(crate) async fn a_device_is_held_by_one_operation(place: &Place) {
    let store = fleet(place, 3).await;
    let (first, second) = (started(&store, 3).await, started(&store, 3).await);
    let batch = |operation, rival, of: &[Candidate]| {
        let mut batch = TargetBatch::new(operation, at(2));
        batch.rivals = vec![rival];
        batch.apply = of.iter().map(|one| (one.clone(), write())).collect();
        batch
    };
    let targets = fresh(&store, second, 0).await;
    let settled = store
        .settle_targets(batch(second, first, &targets))
        .await
        .unwrap();
    assert!(settled.over.is_empty());
    let reason = &store.operation_reasons(second).await.unwrap()[0];
    assert_eq!((reason.held_by, reason.devices), (Some(first), 2));
    assert_eq!(desired(&store, "d0").await.1, 1);
    let settled = store
        .settle_targets(batch(first, second, &targets[..1]))
        .await
        .unwrap();
    assert_eq!(settled.over, [id("d0")]);
    let settled = store
        .settle_targets(batch(second, first, &targets))
        .await
        .unwrap();
    assert_eq!(settled.over, [id("d0")]);
    store.close().await;
}

pub(crate) async fn newcomers_join_once(place: &Place) {
    let store = fleet(place, 4).await;
    let operation = started(&store, 3).await;
    let devices = vec![id("d0"), id("d3"), id("nobody")];
    assert_eq!(
        store
            .join_operation(operation, devices.clone())
            .await
            .unwrap(),
        1
    );
    assert_eq!(store.join_operation(operation, devices).await.unwrap(), 0);
    assert_eq!(tallies(&store, operation).await, [pending(2), pending(2)]);
    store.close().await;
}

pub(crate) async fn job_ids_are_unique(place: &Place) {
    let store = place.open().await;
    let InsertOutcome::Inserted(row) = insert(&store, two_waves(), Some("j1")).await else {
        panic!()
    };
    assert_eq!(
        insert(&store, two_waves(), Some("j1")).await,
        InsertOutcome::AlreadyExists
    );
    let found = store.find_operation_by_job("j1").await.unwrap();
    assert_eq!(found, Some(row.clone()));
    assert_eq!(store.find_operation_by_job("j2").await.unwrap(), None);
    assert_eq!(store.open_operations().await.unwrap(), [row]);
    store.close().await;
}

/// Tools of IoT Hub expect jobs to be gone after a time; what people hand in stays.
pub(crate) async fn old_jobs_are_forgotten(place: &Place) {
    let store = fleet(place, 3).await;
    let mut made = Vec::new();
    for job in [Some("old"), None, Some("open")] {
        let InsertOutcome::Inserted(row) = insert(&store, plan(Vec::new()), job).await else {
            panic!()
        };
        let targets = (0..3).map(|n| (id(&format!("d{n}")), 0)).collect();
        assert!(store.freeze(row.id, None, targets).await.unwrap());
        let begun = said(EventKind::OperationStarted);
        store.start_operation(row.id, begun).await.unwrap();
        made.push(row.id);
    }
    for operation in &made[..2] {
        let stopped = said(EventKind::OperationStopped);
        store
            .turn_operation(*operation, Turn::Stop, None, stopped)
            .await
            .unwrap();
    }
    assert!(!store.forget_jobs(at(0), 2).await.unwrap(), "none is older");
    let mut bites = 0;
    while store.forget_jobs(at(1000), 2).await.unwrap() {
        bites += 1;
    }
    assert_eq!(bites, 2);
    let found = async |operation| store.find_operation(operation).await.unwrap().is_some();
    assert_eq!(
        [
            found(made[0]).await,
            found(made[1]).await,
            found(made[2]).await
        ],
        [false, true, true]
    );
    assert_eq!(store.count_targets(made[0]).await.unwrap(), []);
}

pub(crate) async fn drafts_are_their_owners(place: &Place) {
    let store = place.open().await;
    for name in ["ann", "bob"] {
        let person = NewPerson {
            name: name.into(),
            display_name: name.into(),
            password_hash: PasswordHash("$argon2id$".into()),
            roles: Vec::new(),
            must_change_password: false,
        };
        let made = said(EventKind::PersonCreated);
        store.insert_person(person, made).await.unwrap();
    }
    let (ann, bob) = (PersonId(1), PersonId(2));
    let body = json!({ "step": 2 });
    let draft = store
        .save_draft(ann, None, &json!({}), at(0))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        store
            .save_draft(bob, Some(draft), &body, at(1))
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        store
            .save_draft(ann, Some(draft), &body, at(1))
            .await
            .unwrap(),
        Some(draft)
    );
    assert_eq!(store.drafts(ann).await.unwrap()[0].body, body);
    assert!(store.drafts(bob).await.unwrap().is_empty());
    for _ in 1..muster_storage::MAX_DRAFTS {
        assert!(
            store
                .save_draft(ann, None, &body, at(2))
                .await
                .unwrap()
                .is_some()
        );
    }
    assert_eq!(
        store.save_draft(ann, None, &body, at(2)).await.unwrap(),
        None
    );
    assert!(!store.delete_draft(bob, draft).await.unwrap());
    assert!(store.delete_draft(ann, draft).await.unwrap());
    store.close().await;
}
