//! Calls of methods on many devices.

use muster_core::ids::DeviceId;
use muster_core::operation::{Counts, FailureRule, Offline, OnFailures, OperationState, Task};
use muster_service::operations::{OperationDetail, Steer, TargetQuery, WaitCause};
use muster_service::{Access, Hub, MethodAnswer, ToDevice};
use serde_json::json;

use super::{plan, rest, succeeded, until, wave};
use crate::support::{TestHub, link};

pub(super) fn reboot() -> Task {
    Task::InvokeMethod {
        name: "reboot".parse().unwrap(),
        payload: json!({ "delay": 5 }),
        connect_timeout_s: 0,
        response_timeout_s: 300,
    }
}

/// Connects a device that answers each call with a status, and the number of the call.
pub(super) async fn answers(test: &TestHub, id: &DeviceId, status: i32) {
    let proof = test.log_in(id).await;
    let (info, mut notices) = link();
    let connection = test
        .hub
        .device_connected(&proof, info)
        .await
        .unwrap()
        .connection;
    test.hub.device_listens(&proof, connection, true);
    let hub: Hub = test.hub.clone();
    tokio::spawn(async move {
        let mut calls = 0;
        while let Some(notice) = notices.recv().await {
            if let ToDevice::Method(request) = notice {
                calls += 1;
                let answer = MethodAnswer {
                    status,
                    payload: json!({ "calls": calls }),
                };
                hub.device_answered(&proof, connection, request.request, Ok(answer));
            }
        }
    });
}

#[tokio::test]
async fn answers_are_kept_and_offline_devices_are_called_when_they_come() {
    let test = TestHub::open().await;
    let ids = test.fleet(4).await;
    for id in &ids[..3] {
        answers(&test, id, 200).await;
    }
    let id = test.operate(plan(reboot(), "")).await.id;
    let offline = |detail: &OperationDetail| {
        let waits = detail
            .waiting
            .iter()
            .any(|group| group.cause == WaitCause::Offline);
        waits && detail.summary.counts.succeeded == 3
    };
    until(&test.hub, id, offline).await;
    answers(&test, &ids[3], 200).await;
    let detail = test.until_over(id).await;
    assert_eq!(detail.summary.counts, succeeded(4));
    let all = TargetQuery {
        limit: 10,
        ..TargetQuery::default()
    };
    let rows = test
        .hub
        .operation_targets(&Access::console(), id, &all)
        .await
        .unwrap()
        .rows;
    for row in rows {
        assert_eq!((row.status, row.attempt), (Some(200), 1));
        assert_eq!(row.result, Some(json!({ "calls": 1 })));
    }
}

#[tokio::test]
async fn offline_devices_fail_where_the_plan_says_so() {
    let test = TestHub::open().await;
    let ids = test.fleet(2).await;
    answers(&test, &ids[0], 200).await;
    let mut asked = plan(reboot(), "");
    asked.how.offline = Offline::Fail;
    let id = test.operate(asked).await.id;
    let detail = test.until_over(id).await;
    assert_eq!(detail.summary.state, OperationState::CompletedWithFailures);
    assert_eq!(detail.failures[0].why, "the device is offline");
    assert!(detail.failures[0].retryable);
    answers(&test, &ids[1], 200).await;
    test.steer(id, Steer::Retry).await.unwrap();
    let done = |detail: &OperationDetail| detail.summary.state == OperationState::Completed;
    let detail = until(&test.hub, id, done).await;
    assert_eq!(detail.summary.counts, succeeded(2));
}

#[tokio::test]
async fn attempts_have_a_pause_between_them() {
    let test = TestHub::open().await;
    let ids = test.fleet(1).await;
    answers(&test, &ids[0], 503).await;
    let mut asked = plan(reboot(), "");
    asked.how.attempts = 2;
    asked.how.retry_after_s = 120;
    let id = test.operate(asked).await.id;
    let pauses = |detail: &OperationDetail| {
        detail
            .waiting
            .iter()
            .any(|group| group.cause == WaitCause::Retry)
    };
    let detail = until(&test.hub, id, pauses).await;
    assert_eq!(
        detail.waiting[0].look,
        Some(test.hub.now().plus_ms(120_000))
    );
    test.pass(121);
    test.hub.clock_moved();
    let detail = test.until_over(id).await;
    assert_eq!(detail.failures[0].why, "the device answered 503");
    assert_eq!(
        detail.summary.counts,
        Counts {
            failed: 1,
            ..Counts::default()
        }
    );
}

#[tokio::test]
async fn too_many_failures_stop_the_operation() {
    let test = TestHub::open().await;
    let ids = test.fleet(8).await;
    for id in &ids {
        answers(&test, id, 500).await;
    }
    let mut asked = plan(reboot(), "");
    asked.how.waves = vec![wave(3), rest()];
    asked.how.failures = Some(FailureRule {
        count: None,
        percent: Some(50),
        after: 2,
        then: OnFailures::Stop,
    });
    let id = test.operate(asked).await.id;
    let detail = test.until_over(id).await;
    assert_eq!(detail.summary.state, OperationState::Stopped);
    assert!(detail.summary.reason.unwrap().contains("50 % are too many"));
    // What was begun may have finished; the second wave never opened.
    assert!(detail.summary.counts.failed <= 3);
    assert!(detail.summary.counts.cancelled >= 5);
}

#[tokio::test]
async fn a_wave_that_ends_short_waits_for_a_person() {
    let test = TestHub::open().await;
    let ids = test.fleet(4).await;
    for id in &ids {
        answers(&test, id, 500).await;
    }
    let mut asked = plan(reboot(), "");
    asked.how.waves = vec![wave(2), rest()];
    let id = test.operate(asked).await.id;
    let detail = test.until_in(id, OperationState::Paused).await;
    assert_eq!(
        detail.summary.reason.as_deref(),
        Some("wave 1 ended with 0 of 2 devices done; 100 % are asked for")
    );
    test.steer(id, Steer::Continue).await.unwrap();
    let detail = test.until_over(id).await;
    assert_eq!(
        detail.summary.counts,
        Counts {
            failed: 4,
            ..Counts::default()
        }
    );
}

#[tokio::test]
async fn so_many_at_the_same_time() {
    let test = TestHub::open().await;
    let ids = test.fleet(6).await;
    let mut silent = Vec::new();
    for id in &ids {
        let proof = test.log_in(id).await;
        let (info, notices) = link();
        let connection = test
            .hub
            .device_connected(&proof, info)
            .await
            .unwrap()
            .connection;
        test.hub.device_listens(&proof, connection, true);
        silent.push((proof, connection, notices));
    }
    let mut asked = plan(reboot(), "");
    asked.how.limits.in_flight = Some(2);
    let id = test.operate(asked).await.id;
    let two = |detail: &OperationDetail| detail.summary.counts.running == 2;
    let detail = until(&test.hub, id, two).await;
    assert_eq!(detail.summary.counts.waiting, 4);
    assert_eq!(detail.waiting[0].cause, WaitCause::Limit);
    assert_eq!(
        detail.waiting[0].why,
        "their turn comes, 2 devices at the same time"
    );
    test.steer(
        id,
        Steer::Pause {
            reason: "lunch".into(),
        },
    )
    .await
    .unwrap();
    for (proof, connection, notices) in &mut silent {
        if let Ok(ToDevice::Method(request)) = notices.try_recv() {
            let answer = MethodAnswer {
                status: 200,
                payload: json!(null),
            };
            test.hub
                .device_answered(proof, *connection, request.request, Ok(answer));
        }
    }
    let done = |detail: &OperationDetail| detail.summary.counts.succeeded == 2;
    let detail = until(&test.hub, id, done).await;
    assert_eq!(detail.summary.state, OperationState::Paused);
    assert_eq!(detail.summary.counts.waiting, 4);
}
