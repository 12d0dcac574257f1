//! Rolling firmware out.

use muster_core::firmware::{Artifact, NewArtifact, Version};
use muster_core::ids::{DeviceId, OperationId};
use muster_core::operation::{
    FailureRule, OnFailures, OperationState, Plan, TargetState, Task, WaveState,
};
use muster_service::access::kinds::{KeepFirmware, RunOperations};
use muster_service::operations::TargetQuery;
use muster_service::{Access, DeviceProof, Hub, ServiceError, ToDevice};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::{plan, rest, until, wave};
use crate::support::{TestHub, link};

pub(super) fn version(text: &str) -> Version {
    Version::new(text).unwrap()
}

pub(super) async fn add(test: &TestHub, number: &str, must_pass: &[&str]) -> Artifact {
    let permit = test.hub.permit::<KeepFirmware>(&Access::console()).unwrap();
    let about = NewArtifact {
        must_pass: must_pass.iter().map(|text| version(text)).collect(),
        ..NewArtifact::plain("Sensor", version(number))
    };
    let mut upload = test.hub.begin_upload(&permit, about).await.unwrap();
    upload.write(number.as_bytes()).await.unwrap();
    upload.finish(None, None).await.unwrap()
}

pub(super) fn install(artifact: &Artifact, check_ins: u8) -> Plan {
    let task = Task::InstallFirmware {
        artifact: artifact.id.to_string(),
        healthy_check_ins: check_ins,
        soak_s: 0,
        back_to: None,
    };
    plan(task, "tags.site = 'b7'")
}

/// How a device behaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    Fine,
    Fails,
    InstallsAnother,
    FallsSilent,
}

/// Connects a device that runs 4.3 and does what it is asked, until the test ends.
pub(super) async fn live(test: &TestHub, id: &DeviceId, way: Way) -> JoinHandle<()> {
    let proof = test.log_in(id).await;
    let (info, mut messages) = link();
    test.hub.device_connected(&proof, info).await.unwrap();
    say(&test.hub, &proof, json!({ "version": "4.3" })).await;
    let hub = test.hub.clone();
    tokio::spawn(async move {
        while let Some(message) = messages.recv().await {
            if let ToDevice::Desired(patch) = message {
                obey(&hub, &proof, way, &patch["firmware"]).await;
            }
        }
    })
}

async fn obey(hub: &Hub, proof: &DeviceProof, way: Way, asked: &Value) {
    let update = |state: &str| {
        let (target, operation) = (&asked["version"], &asked["operation"]);
        json!({ "update": { "target": target, "operation": operation, "state": state } })
    };
    say(hub, proof, update("downloading")).await;
    match way {
        Way::Fails => {
            let mut failed = update("failed");
            failed["update"]["error"] = json!({ "code": "no_space", "text": "it is full" });
            return say(hub, proof, failed).await;
        }
        Way::InstallsAnother => say(hub, proof, json!({ "version": "9.9" })).await,
        Way::Fine | Way::FallsSilent => {
            say(hub, proof, json!({ "version": asked["version"] })).await;
        }
    }
    if way == Way::FallsSilent {
        return;
    }
    say(hub, proof, update("succeeded")).await;
    check_in(hub, proof).await;
}

/// Signs of life, each after the hub had its turn.
async fn check_in(hub: &Hub, proof: &DeviceProof) {
    for beat in 0..20 {
        say(hub, proof, json!({ "beat": beat })).await;
        tokio::task::yield_now().await;
    }
}

pub(super) async fn say(hub: &Hub, proof: &DeviceProof, firmware: Value) {
    let patch = json!({ "firmware": firmware });
    hub.device_report(proof, patch, None).await.unwrap();
}

pub(super) async fn reasons(test: &TestHub, id: OperationId) -> Vec<String> {
    let failed = TargetQuery {
        states: vec![TargetState::Failed],
        limit: 100,
        ..TargetQuery::default()
    };
    let page = test
        .hub
        .operation_targets(&Access::console(), id, &failed)
        .await
        .unwrap();
    page.rows.into_iter().filter_map(|row| row.why).collect()
}

#[tokio::test]
async fn a_rollout_stops_when_too_many_fail() {
    let test = TestHub::open().await;
    let ids = test.fleet(20).await;
    let target = add(&test, "4.4", &[]).await;
    let mut lives = Vec::new();
    for (number, id) in ids.iter().enumerate() {
        let way = match number % 2 {
            0 if number % 4 == 0 => Way::Fails,
            0 => Way::InstallsAnother,
            _ => Way::Fine,
        };
        lives.push(live(&test, id, way).await);
    }
    let mut asked = install(&target, 1);
    asked.how.waves = vec![wave(12), rest()];
    asked.how.failures = Some(FailureRule {
        count: Some(2),
        percent: None,
        after: 0,
        then: OnFailures::Stop,
    });
    let made = test.operate(asked).await;
    let detail = test.until_over(made.id).await;
    assert_eq!(detail.summary.state, OperationState::Stopped);
    assert_eq!(detail.waves[1].state, WaveState::Later, "{detail:?}");
    let counts = detail.summary.counts;
    assert!(counts.failed >= 2, "{counts:?}");
    assert!(counts.cancelled >= 8, "{counts:?}");
    assert_eq!(counts.total(), 20);
    for why in reasons(&test, made.id).await {
        let known = [
            "the device gave up: it is full (no_space)",
            "the device reports success, but runs 9.9 instead of 4.4",
        ];
        assert!(known.contains(&why.as_str()), "{why}");
    }
    lives.iter().for_each(JoinHandle::abort);
}

#[tokio::test]
async fn devices_pass_what_they_must_and_are_watched_across_a_restart() {
    let test = TestHub::open().await;
    let ids = test.fleet(3).await;
    add(&test, "4.3.5", &[]).await;
    let target = add(&test, "4.4", &["4.3.5"]).await;
    let ways = [Way::Fine, Way::Fine, Way::FallsSilent];
    let mut lives = Vec::new();
    for (id, way) in ids.iter().zip(ways) {
        lives.push(live(&test, id, way).await);
    }
    let made = test.operate(install(&target, 2)).await;
    let two = |done: u32| {
        until(&test.hub, made.id, move |detail| {
            detail.summary.counts.succeeded == done
        })
    };
    let detail = two(2).await;
    assert_eq!(detail.summary.counts.running, 1, "one is still watched");
    let permit = test.hub.permit::<KeepFirmware>(&Access::console()).unwrap();
    let used = test.hub.delete_artifact(&permit, target.id).await;
    assert!(used.unwrap_err().to_string().contains("uses Sensor 4.4"));
    for id in &ids[..2] {
        let known = test.hub.device_firmware(id).await.unwrap().unwrap();
        assert_eq!(known.progress.running, Some(version("4.4")));
    }
    lives.iter().for_each(JoinHandle::abort);
    // The device that has fallen silent is heard when it speaks again, also by a hub that was started anew.
    let test = test.reopen().await;
    let proof = test.log_in(&ids[2]).await;
    let (info, mut messages) = link();
    test.hub.device_connected(&proof, info).await.unwrap();
    check_in(&test.hub, &proof).await;
    let asked = loop {
        if let ToDevice::Desired(patch) = messages.recv().await.unwrap() {
            break patch;
        }
    };
    assert_eq!(asked["firmware"]["version"], "4.4", "the next step");
    obey(&test.hub, &proof, Way::Fine, &asked["firmware"]).await;
    let detail = test.until_over(made.id).await;
    assert_eq!(detail.summary.state, OperationState::Completed);
    assert_eq!(detail.summary.counts.succeeded, 3);
}

#[tokio::test]
async fn what_cannot_be_installed_is_told_before_and_after() {
    let test = TestHub::open().await;
    let ids = test.fleet(2).await;
    let target = add(&test, "4.5", &["4.3.5"]).await;
    let mut unknown = install(&target, 0);
    if let Task::InstallFirmware { artifact, .. } = &mut unknown.task {
        *artifact = "0".repeat(64);
    }
    let permit = test
        .hub
        .permit::<RunOperations>(&Access::console())
        .unwrap();
    let refused = test.hub.create_operation(&permit, unknown, None).await;
    assert!(
        matches!(refused, Err(ServiceError::Invalid(_))),
        "{refused:?}"
    );
    let mut lives = Vec::new();
    for id in &ids {
        lives.push(live(&test, id, Way::Fine).await);
    }
    let made = test.operate(install(&target, 0)).await;
    let detail = test.until_over(made.id).await;
    assert_eq!(detail.summary.counts.failed, 2);
    let why = reasons(&test, made.id).await;
    assert!(why[0].contains("only through 4.3.5"), "{why:?}");
    lives.iter().for_each(JoinHandle::abort);
}
