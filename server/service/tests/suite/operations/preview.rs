//! What an operation would do, before it does: who is left out, and to whom nothing happens; and what is to come while it runs.

use muster_core::firmware::NewArtifact;
use muster_core::gate::Gate;
use muster_core::lifecycle::Step;
use muster_core::method::MethodName;
use muster_core::operation::{Plan, Task};
use muster_service::access::kinds::{KeepFirmware, RunOperations};
use muster_service::operations::{OperationDetail, TargetQuery};
use muster_service::{Access, ToDevice};
use serde_json::{Value, json};

use super::firmware::{add, install, say, version};
use super::{desired, plan, until};
use crate::support::{TestHub, link};

/// What is said of targets to which nothing happens, with how many there are and the first of them.
async fn alone(test: &TestHub, plan: &Plan) -> Vec<(String, u32, String)> {
    let access = Access::console();
    let permit = test.hub.permit::<RunOperations>(&access).unwrap();
    let preview = test.hub.preview_operation(&permit, plan).await.unwrap();
    let among = preview.excluded.iter().filter(|group| group.among_targets);
    let told = among.map(|group| {
        let first = group.sample[0].to_string();
        (group.why.clone(), group.devices, first)
    });
    told.collect()
}

fn told(why: &str, devices: u32, first: &str) -> (String, u32, String) {
    (why.to_owned(), devices, first.to_owned())
}

/// The words of the operation itself for devices that it left out.
async fn left_out(test: &TestHub, plan: Plan) -> Vec<(String, String)> {
    let id = test.operate(plan).await.id;
    test.until_over(id).await;
    let all = TargetQuery {
        limit: 10,
        ..TargetQuery::default()
    };
    let page = test
        .hub
        .operation_targets(&Access::console(), id, &all)
        .await;
    let rows = page.unwrap().rows.into_iter();
    rows.filter_map(|row| Some((row.why?, row.device.to_string())))
        .collect()
}

#[tokio::test]
async fn what_is_as_asked_already_is_told_before_and_left_alone_after() {
    let test = TestHub::open().await;
    let ids = test.fleet(3).await;
    let wish = json!({ "mode": { "list": [1, 2], "name": "Eco" } });
    test.patch(&ids[1], None, Some(wish)).await;
    let check = async |patch: Value, want: &[(String, u32, String)]| {
        let found = alone(&test, &plan(desired(patch.clone()), "")).await;
        assert_eq!(found, want, "{patch}");
    };
    check(
        json!({ "mode": { "name": "Eco" } }),
        &[told("it is so already", 1, "d001")],
    )
    .await;
    check(json!({ "mode": { "name": "eco" } }), &[]).await;
    check(
        json!({ "mode": { "list": [1, 2] } }),
        &[told("it is so already", 1, "d001")],
    )
    .await;
    check(json!({ "mode": { "list": [2, 1] } }), &[]).await;
    check(
        json!({ "mode": null }),
        &[told("it is so already", 2, "d000")],
    )
    .await;
    let asked = plan(desired(json!({ "mode": { "name": "Eco" } })), "");
    let after = left_out(&test, asked).await;
    assert_eq!(after, [("it is so already".to_owned(), "d001".to_owned())]);
    let enable = Task::SetEnabled {
        enabled: true,
        reason: String::new(),
    };
    assert_eq!(
        alone(&test, &plan(enable.clone(), "")).await,
        [told("it is so already", 3, "d000")]
    );
    assert_eq!(left_out(&test, plan(enable, "")).await.len(), 3);
}

#[tokio::test]
async fn steps_that_are_not_allowed_and_devices_that_cannot_connect_are_told() {
    let test = TestHub::open().await;
    test.fleet(2).await;
    let leave = Task::ChangeStage {
        step: Step::LeaveMaintenance,
        reason: String::new(),
    };
    let before = alone(&test, &plan(leave.clone(), "")).await;
    assert_eq!((before.len(), before[0].1), (1, 2), "{before:?}");
    let after = left_out(&test, plan(leave, "")).await;
    assert_eq!(after[0].0, before[0].0, "the same words");
    let disable = Task::SetEnabled {
        enabled: false,
        reason: String::new(),
    };
    let id = test.operate(plan(disable, "deviceId = 'd001'")).await.id;
    test.until_over(id).await;
    let ping = Task::InvokeMethod {
        name: MethodName::new("ping").unwrap(),
        payload: Value::Null,
        connect_timeout_s: 0,
        response_timeout_s: 30,
    };
    let want = told(
        "disabled: they cannot connect, and wait until they may",
        1,
        "d001",
    );
    assert_eq!(alone(&test, &plan(ping, "")).await, [want]);
}

#[tokio::test]
async fn firmware_that_a_device_runs_or_cannot_run_is_told() {
    let test = TestHub::open().await;
    let ids = test.fleet(3).await;
    for (id, number) in ids.iter().zip(["4.4", "4.3", "3.0"]) {
        let proof = test.log_in(id).await;
        let (info, _messages): (_, tokio::sync::mpsc::Receiver<ToDevice>) = link();
        test.hub.device_connected(&proof, info).await.unwrap();
        say(&test.hub, &proof, json!({ "version": number })).await;
    }
    let permit = test.hub.permit::<KeepFirmware>(&Access::console()).unwrap();
    let about = NewArtifact {
        from: Some(version("4.0")),
        ..NewArtifact::plain("Sensor", version("4.4"))
    };
    let mut upload = test.hub.begin_upload(&permit, about).await.unwrap();
    upload.write(b"4.4").await.unwrap();
    let artifact = upload.finish(None, None).await.unwrap();
    let found = alone(&test, &install(&artifact, 0)).await;
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found.contains(&told("it is so already", 1, "d000")),
        "{found:?}"
    );
    let other = found.iter().find(|group| group.2 == "d002").unwrap();
    assert!(other.0.starts_with("not installable: "), "{found:?}");
    // One that needs a version nobody has added.
    let artifact = add(&test, "5.0", &["4.9"]).await;
    let found = alone(&test, &install(&artifact, 0)).await;
    assert_eq!(found[0].1, 3, "{found:?}");
    assert!(found[0].0.contains("only through 4.9"), "{found:?}");
}

#[tokio::test]
async fn what_is_to_come_is_told_as_far_as_it_is_known() {
    let test = TestHub::open().await;
    test.fleet(3).await;
    let mut asked = plan(desired(json!({ "a": 1 })), "");
    asked.how.gates = vec![Gate::Online];
    let id = test.operate(asked).await.id;
    let all_wait = |detail: &OperationDetail| {
        detail.summary.counts.waiting == 3
            && !detail.waiting.is_empty()
            && detail.waiting[0].devices == 3
    };
    let detail = until(&test.hub, id, all_wait).await;
    let expected = detail.expected.unwrap();
    assert_eq!((expected.moving, expected.by), (0, None));
    assert_eq!(
        (expected.unforeseen, expected.timed, expected.later),
        (3, 0, 0)
    );
}
