//! Too many failures: holding, and taking back what was done.

use muster_core::firmware::ArtifactState;
use muster_core::ids::{DeviceId, OperationId};
use muster_core::operation::{FailureRule, OnFailures, OperationState, Task, WaveState};
use muster_service::Access;
use muster_service::access::kinds::{KeepFirmware, SeeDevices};
use muster_service::operations::{OperationQuery, OperationSummary, Steer};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::firmware::{Way, add, install, live};
use super::{plan, rest, until, wave};
use crate::support::TestHub;

fn after(failures: u32, then: OnFailures) -> Option<FailureRule> {
    Some(FailureRule {
        count: Some(failures),
        percent: None,
        after: 0,
        then,
    })
}

/// Six devices; the tags of the last two have no room for more.
async fn fleet(test: &TestHub) -> Vec<DeviceId> {
    let mut ids = test.fleet(4).await;
    let much = "x".repeat(4_000);
    for name in ["full-1", "full-2"] {
        let tags = json!({ "site": "b7", "a": much, "b": much });
        ids.push(test.device(name, tags).await);
    }
    ids
}

/// Writes what has no room on some devices.
fn note() -> Task {
    Task::UpdateTwin {
        tags: Some(json!({ "note": "y".repeat(500) })),
        desired: Some(json!({ "interval": 60 })),
    }
}

async fn desired_and_version(test: &TestHub, id: &DeviceId) -> (Value, u64) {
    let permit = test
        .hub
        .permit_device::<SeeDevices>(&Access::console(), id)
        .unwrap();
    let desired = test.hub.twin(&permit).await.unwrap().twin.desired;
    (Value::Object(desired.value), desired.version)
}

/// The operation that takes another one back.
async fn back_of(test: &TestHub, id: OperationId) -> Option<OperationSummary> {
    let all = OperationQuery {
        limit: 10,
        ..OperationQuery::default()
    };
    let page = test.hub.operations(&Access::console(), &all).await.unwrap();
    page.rows.into_iter().find(|one| one.back_of == Some(id))
}

#[tokio::test]
async fn a_twin_update_is_taken_back_when_too_many_fail() {
    let test = TestHub::open().await;
    let ids = fleet(&test).await;
    test.patch(&ids[0], None, Some(json!({ "interval": 30 })))
        .await;
    let later = test.device("later", json!({ "site": "b8" })).await;
    let mut asked = plan(note(), "");
    let first = muster_core::operation::WaveSize::Query {
        text: "tags.site = 'b7'".into(),
    };
    asked.how.waves = vec![wave(1), rest()];
    asked.how.waves[0].size = first;
    asked.how.failures = after(2, OnFailures::RollBack);
    let id = test.operate(asked).await.id;
    let detail = test.until_in(id, OperationState::RolledBack).await;
    let counts = detail.summary.counts;
    assert_eq!(
        (counts.succeeded, counts.failed, counts.cancelled),
        (4, 2, 1)
    );
    assert_eq!(detail.waves[1].state, WaveState::Later);
    let why = detail.summary.reason.unwrap();
    assert_eq!(why, "2 devices of a wave failed");
    let back = back_of(&test, id).await.unwrap();
    let back = test.until_over(back.id).await.summary;
    assert_eq!(back.state, OperationState::Completed);
    assert_eq!(back.counts, super::succeeded(4));
    // Those that were written are as they were; the others were never touched.
    let wants = [
        (&ids[0], json!({ "interval": 30 }), 4),
        (&ids[1], json!({}), 3),
        (&ids[4], json!({}), 1),
        (&later, json!({}), 1),
    ];
    for (id, value, version) in wants {
        assert_eq!(
            desired_and_version(&test, id).await,
            (value, version),
            "{id}"
        );
    }
}

#[tokio::test]
async fn firmware_goes_back_to_the_named_version() {
    let test = TestHub::open().await;
    let ids = test.fleet(8).await;
    let (before, target) = (add(&test, "4.3", &[]).await, add(&test, "4.4", &[]).await);
    let mut lives = Vec::new();
    for (number, id) in ids.iter().enumerate() {
        let way = if number < 3 { Way::Fails } else { Way::Fine };
        lives.push(live(&test, id, way).await);
    }
    let mut asked = install(&target, 0);
    name_version(&mut asked.task, &before.id.to_string());
    // Those that fail wait for those that succeed: nothing is to be taken back otherwise.
    asked.how.failures = after(3, OnFailures::RollBack);
    asked.how.attempts = 2;
    asked.how.retry_after_s = 60;
    let id = test.operate(asked).await.id;
    let retry = |detail: &muster_service::operations::OperationDetail| {
        let counts = &detail.summary.counts;
        counts.succeeded == 5 && counts.waiting == 3
    };
    until(&test.hub, id, retry).await;
    test.pass(61);
    test.hub.clock_moved();
    let detail = test.until_in(id, OperationState::RolledBack).await;
    assert_eq!(detail.summary.counts.failed, 3);
    let back = back_of(&test, id).await.unwrap();
    let back = test.until_over(back.id).await.summary;
    assert_eq!(
        (back.state, back.counts),
        (OperationState::Completed, super::succeeded(5))
    );
    for id in &ids {
        let known = test.hub.device_firmware(id).await.unwrap().unwrap();
        assert_eq!(known.progress.running, Some(before.about.version.clone()));
    }
    lives.iter().for_each(JoinHandle::abort);
}

fn name_version(task: &mut Task, artifact: &str) {
    if let Task::InstallFirmware { back_to, .. } = task {
        *back_to = Some(artifact.to_owned());
    }
}

#[tokio::test]
async fn without_a_version_to_go_back_to_it_is_stopped() {
    let test = TestHub::open().await;
    let ids = test.fleet(4).await;
    let (before, target) = (add(&test, "4.3", &[]).await, add(&test, "4.4", &[]).await);
    let mut lives = Vec::new();
    for id in &ids {
        lives.push(live(&test, id, Way::Fails).await);
    }
    let keeper = test.hub.permit::<KeepFirmware>(&Access::console()).unwrap();
    for (named, why) in [
        (false, "names no version to go back to"),
        (true, "was withdrawn"),
    ] {
        let mut asked = install(&target, 0);
        asked.how.failures = after(2, OnFailures::RollBack);
        asked.how.starts_at = Some(test.hub.now().plus_ms(60_000));
        if named {
            name_version(&mut asked.task, &before.id.to_string());
        }
        let id = test.operate(asked).await.id;
        if named {
            let gone = ArtifactState::Withdrawn;
            let state = test.hub.set_artifact_state(&keeper, before.id, gone);
            state.await.unwrap();
        }
        test.pass(61);
        test.hub.clock_moved();
        let detail = test.until_over(id).await;
        assert_eq!(detail.summary.state, OperationState::Stopped);
        let reason = detail.summary.reason.unwrap();
        assert!(reason.contains("devices of a wave failed"), "{reason}");
        assert!(reason.contains(why), "{reason}");
        assert_eq!(back_of(&test, id).await, None);
    }
    lives.iter().for_each(JoinHandle::abort);
}

/// What a person has seen does not hold the operation again; what fails after that does.
#[tokio::test]
async fn whoever_lets_it_go_on_has_seen_what_failed() {
    let test = TestHub::open().await;
    fleet(&test).await;
    let mut asked = plan(note(), "");
    asked.how.waves = vec![wave(6), rest()];
    asked.how.waves[0].success_percent = 50;
    asked.how.waves[0].manual = true;
    asked.how.failures = after(2, OnFailures::Pause);
    let id = test.operate(asked).await.id;
    let detail = test.until_in(id, OperationState::Paused).await;
    assert_eq!(detail.summary.counts.failed, 2);
    test.steer(id, Steer::Resume).await.unwrap();
    let detail = test.until_over(id).await;
    assert_eq!(detail.summary.state, OperationState::CompletedWithFailures);
    // Tried again, they count again.
    test.steer(id, Steer::Retry).await.unwrap();
    let detail = test.until_in(id, OperationState::Paused).await;
    assert_eq!(detail.summary.counts.failed, 2);
}
