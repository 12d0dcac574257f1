//! The life of operations: held, stopped, called off, expired, cut off.

use std::time::Duration;

use muster_core::gate::Gate;
use muster_core::ids::DeviceId;
use muster_core::operation::{Counts, OperationState};
use muster_service::access::kinds::SeeDevices;
use muster_service::operations::{OperationDetail, Steer, WaitCause};
use muster_service::{Access, Clock, ServiceError};
use serde_json::json;
use tempfile::TempDir;

use super::{desired, plan, rest, succeeded, until, waiting, wave};
use crate::support::{BEGIN, TestHub, open_in};

fn said(text: &str) -> String {
    text.to_owned()
}

#[tokio::test]
async fn it_starts_at_its_time_and_can_be_called_off_before() {
    let test = TestHub::open().await;
    test.fleet(2).await;
    let mut asked = plan(desired(json!({ "a": 1 })), "");
    asked.how.starts_at = Some(test.hub.now().plus_ms(3_600_000));
    let (first, second) = (test.operate(asked.clone()).await, test.operate(asked).await);
    let stop = Steer::Stop { reason: said("no") };
    let refused = test.steer(first.id, stop).await;
    assert!(matches!(refused, Err(ServiceError::Invalid(text)) if text.contains("scheduled")));
    let cancel = Steer::Cancel {
        reason: said("not needed"),
    };
    let cancelled = test.steer(first.id, cancel).await.unwrap();
    assert_eq!(cancelled.state, OperationState::Cancelled);
    test.pass(3_601);
    test.hub.clock_moved();
    let detail = test.until_over(second.id).await;
    assert_eq!(detail.summary.counts, succeeded(2));
    let detail = test.until_over(first.id).await;
    assert_eq!(detail.summary.state, OperationState::Cancelled);
    assert_eq!(detail.summary.counts, Counts::default());
}

#[tokio::test]
async fn it_goes_on_after_a_pause_and_after_a_stop_with_retry() {
    let test = TestHub::open().await;
    let ids = test.fleet(6).await;
    let mut asked = plan(desired(json!({ "a": 1 })), "");
    asked.how.waves = vec![wave(2), rest()];
    asked.how.waves[0].manual = true;
    let id = test.operate(asked).await.id;
    let two = |detail: &OperationDetail| detail.summary.counts.succeeded == 2;
    until(&test.hub, id, two).await;
    test.steer(
        id,
        Steer::Pause {
            reason: said("lunch"),
        },
    )
    .await
    .unwrap();
    let paused = test.until_in(id, OperationState::Paused).await;
    assert_eq!(paused.summary.reason.as_deref(), Some("lunch"));
    test.steer(id, Steer::Resume).await.unwrap();
    test.steer(
        id,
        Steer::Stop {
            reason: said("wrong value"),
        },
    )
    .await
    .unwrap();
    let stopped = test.until_over(id).await;
    assert_eq!(
        stopped.summary.counts,
        Counts {
            succeeded: 2,
            cancelled: 4,
            ..Counts::default()
        }
    );
    test.steer(id, Steer::Retry).await.unwrap();
    let held =
        |detail: &OperationDetail| detail.waves[0].state == muster_core::operation::WaveState::Held;
    until(&test.hub, id, held).await;
    test.steer(id, Steer::Continue).await.unwrap();
    assert_eq!(test.until_over(id).await.summary.counts, succeeded(6));
    for id in &ids {
        assert_eq!(versions(&test, id).await, 2);
    }
}

async fn versions(test: &TestHub, id: &DeviceId) -> u64 {
    let permit = test
        .hub
        .permit_device::<SeeDevices>(&Access::console(), id)
        .unwrap();
    test.hub.twin(&permit).await.unwrap().twin.desired.version
}

#[tokio::test]
async fn what_is_left_when_the_time_is_over_is_given_up() {
    let test = TestHub::open().await;
    test.fleet(2).await;
    let mut asked = plan(desired(json!({ "a": 1 })), "");
    asked.how.gates = vec![Gate::Online];
    asked.how.expires_at = Some(test.hub.now().plus_ms(600_000));
    let id = test.operate(asked).await.id;
    let wait = |detail: &OperationDetail| waiting(detail) == [(said("not connected"), 2)];
    until(&test.hub, id, wait).await;
    test.pass(601);
    test.hub.clock_moved();
    let detail = test.until_over(id).await;
    assert_eq!(detail.summary.state, OperationState::Expired);
    assert_eq!(
        detail.summary.counts,
        Counts {
            cancelled: 2,
            ..Counts::default()
        }
    );
    assert!(detail.waiting.is_empty());
}

#[tokio::test]
async fn a_paused_operation_runs_out_of_time_too() {
    let test = TestHub::open().await;
    test.fleet(1).await;
    let mut asked = plan(desired(json!({ "a": 1 })), "");
    asked.how.gates = vec![Gate::Online];
    asked.how.expires_at = Some(test.hub.now().plus_ms(600_000));
    let id = test.operate(asked).await.id;
    let wait = |detail: &OperationDetail| waiting(detail) == [(said("not connected"), 1)];
    until(&test.hub, id, wait).await;
    test.steer(
        id,
        Steer::Pause {
            reason: said("lunch"),
        },
    )
    .await
    .unwrap();
    test.pass(601);
    let test = test.reopen().await;
    let detail = test.until_over(id).await;
    assert_eq!(detail.summary.state, OperationState::Expired);
}

#[tokio::test]
async fn newcomers_join_the_last_wave() {
    let test = TestHub::open().await;
    test.fleet(2).await;
    let mut asked = plan(desired(json!({ "a": 1 })), "tags.site = 'b7'");
    asked.how.newcomers = true;
    asked.how.expires_at = Some(test.hub.now().plus_ms(600_000));
    let id = test.operate(asked).await.id;
    let done =
        |devices| move |detail: &OperationDetail| detail.summary.counts == succeeded(devices);
    until(&test.hub, id, done(2)).await;
    test.device("new", json!({ "site": "b7" })).await;
    until(&test.hub, id, done(3)).await;
    let other = test.device("other", json!({ "site": "b8" })).await;
    test.patch(&other, Some(json!({ "site": "b7" })), None)
        .await;
    until(&test.hub, id, done(4)).await;
    test.pass(601);
    test.hub.clock_moved();
    let detail = test.until_over(id).await;
    assert_eq!(detail.summary.state, OperationState::Completed);
}

#[tokio::test]
async fn the_later_of_two_waits_and_says_for_whom() {
    let test = TestHub::open().await;
    test.fleet(3).await;
    let mut asked = plan(desired(json!({ "a": 1 })), "");
    asked.how.gates = vec![Gate::Online];
    let first = test.operate(asked).await.id;
    let wait = |detail: &OperationDetail| waiting(detail) == [(said("not connected"), 3)];
    until(&test.hub, first, wait).await;
    let free = test.operate(plan(desired(json!({ "b": 1 })), "")).await.id;
    assert_eq!(test.until_over(free).await.summary.counts, succeeded(3));
    let second = test
        .operate(plan(desired(json!({ "a": { "b": 2 } })), ""))
        .await
        .id;
    let held = |detail: &OperationDetail| {
        detail
            .waiting
            .iter()
            .any(|group| group.cause == WaitCause::HeldBy && group.devices == 3)
    };
    let detail = until(&test.hub, second, held).await;
    assert_eq!(detail.waiting[0].held_by, Some(first));
    test.steer(
        first,
        Steer::Stop {
            reason: said("enough"),
        },
    )
    .await
    .unwrap();
    assert_eq!(test.until_over(second).await.summary.counts, succeeded(3));
}

/// A life of the process: all of its tasks end where they are when it is over.
pub(super) fn life<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let result = runtime.block_on(future);
    runtime.shutdown_timeout(Duration::from_secs(10));
    result
}

pub(super) async fn born(directory: TempDir) -> TestHub {
    let clock = Clock::manual(BEGIN);
    let hub = open_in(&directory, &clock).await;
    TestHub {
        hub,
        clock,
        directory,
    }
}

#[test]
fn a_process_that_dies_at_any_moment_loses_nothing_and_repeats_nothing() {
    const DEVICES: u32 = 400;
    let directory = tempfile::tempdir().unwrap();
    let (mut directory, id) = life(async {
        let test = born(directory).await;
        test.fleet(DEVICES as usize).await;
        let mut asked = plan(desired(json!({ "a": 1 })), "");
        asked.how.waves = vec![wave(10), wave(100), rest()];
        let id = test.operate(asked).await.id;
        (test.directory, id)
    });
    // Each life is cut off at another moment: while targets are written down, in a wave, between two.
    for cut in [0, 3, 9, 20, 35, 50] {
        directory = life(async {
            let test = born(directory).await;
            tokio::time::sleep(Duration::from_millis(cut)).await;
            test.directory
        });
    }
    life(async {
        let test = born(directory).await;
        let detail = test.until_over(id).await;
        assert_eq!(detail.summary.state, OperationState::Completed);
        assert_eq!(detail.summary.counts, succeeded(DEVICES));
        let sizes: Vec<u32> = detail
            .waves
            .iter()
            .map(|wave| wave.counts.total())
            .collect();
        assert_eq!(sizes, [10, 100, 290]);
        for n in 0..DEVICES {
            let id = DeviceId::new(&format!("d{n:03}")).unwrap();
            assert_eq!(
                versions(&test, &id).await,
                2,
                "{id} was written twice or never"
            );
        }
        let findings = test
            .hub
            .check(&test.hub.permit(&Access::console()).unwrap())
            .await
            .unwrap();
        assert!(findings.is_empty(), "{findings:?}");
    });
}
