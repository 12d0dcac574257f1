//! What people and devices get wrong, one test for each line of the list: a clear error, no double effect, no lost target,
//! totals exact.

use muster_core::approval::Approval;
use muster_core::firmware::{ArtifactId, NewArtifact};
use muster_core::gate::{Gate, Sheet, SheetKind};
use muster_core::ids::{DeviceId, OperationId};
use muster_core::lifecycle::Step;
use muster_core::method::MethodName;
use muster_core::operation::{Counts, OperationState, Plan, Task, WaveState};
use muster_core::policy::Role;
use muster_service::access::kinds::{
    ApproveOperations, KeepFirmware, KeepWindows, RunOperations, SeeDevices,
};
use muster_service::operations::{OperationDetail, Preview};
use muster_service::{Access, Demand, ServiceError};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::firmware::{Way, add, install, live, reasons, version};
use super::{desired, plan, rest, succeeded, until, wave};
use crate::support::TestHub;

async fn preview(test: &TestHub, plan: &Plan) -> Preview {
    let access = Access::console();
    let permit = test.hub.permit::<RunOperations>(&access).unwrap();
    test.hub.preview_operation(&permit, plan).await.unwrap()
}

/// Hands it in, which is refused; gives the words.
async fn refused(test: &TestHub, plan: Plan) -> String {
    match test.try_operate(&Access::console(), plan).await {
        Err(ServiceError::Invalid(why)) => why,
        other => panic!("it was not refused: {other:?}"),
    }
}

async fn desired_version(test: &TestHub, id: &DeviceId) -> u64 {
    let access = Access::console();
    let permit = test.hub.permit_device::<SeeDevices>(&access, id).unwrap();
    test.hub.twin(&permit).await.unwrap().twin.desired.version
}

/// Keeps a window of one rule.
async fn window(test: &TestHub, rule: Value) -> Gate {
    let permit = test.hub.permit::<KeepWindows>(&Access::console()).unwrap();
    let sheet = json!({ "name": "Window", "rules": [rule] });
    let sheet = Sheet::from_json(SheetKind::Window, sheet).unwrap();
    let id = "window".parse().unwrap();
    let kept = test.hub.put_sheet(&permit, id, sheet, Demand::New).await;
    kept.unwrap();
    Gate::Window {
        window: "window".into(),
    }
}

fn every_night() -> Value {
    let days = json!(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
    json!({ "when": { "kind": "weekly", "days": days }, "start": "02:00", "minutes": 120 })
}

#[tokio::test]
async fn unknown_target_paths_are_named() {
    let test = TestHub::open().await;
    test.fleet(2).await;
    let told = async |query: &str| {
        let asked = plan(desired(json!({ "a": 1 })), query);
        preview(&test, &asked).await.warnings
    };
    let unknown = told("tags.sitee = 'b7'").await;
    assert_eq!(
        unknown,
        [
            "no device has tags.sitee; look at how it is written",
            "no device is meant",
        ]
    );
    // A condition that asks for what is not there keeps all of them: that is when it matters.
    let unknown =
        told("tags.site = 'b7' AND NOT is_defined(properties.reported.powr.source)").await;
    assert_eq!(
        unknown,
        ["no device has properties.reported.powr.source; look at how it is written"]
    );
    assert_eq!(
        told("tags.site = 'b7' AND status = 'enabled'").await,
        [""; 0]
    );
    // Gates are looked at too: nobody would ever pass this one.
    let mut asked = plan(desired(json!({ "a": 1 })), "");
    asked.how.gates = vec![Gate::Condition {
        label: "Power".into(),
        text: "properties.reported.powr.source = 'mains'".into(),
    }];
    let told = preview(&test, &asked).await.warnings;
    assert!(
        told[0].contains("properties.reported.powr.source"),
        "{told:?}"
    );
}

#[tokio::test]
async fn empty_targets_are_refused() {
    let test = TestHub::open().await;
    test.fleet(1).await;
    let asked = plan(desired(json!({ "a": 1 })), "tags.site = 'elsewhere'");
    let told = preview(&test, &asked).await;
    assert_eq!((told.targets, told.forecast), (0, None));
    assert_eq!(told.warnings, ["no device is meant"]);
    let why = refused(&test, asked).await;
    assert!(why.contains("no device is meant"), "{why}");
    let (console, query) = (Access::console(), Default::default());
    let listed = test.hub.operations(&console, &query).await.unwrap();
    assert!(listed.rows.is_empty(), "nothing is left of it");
}

#[tokio::test]
async fn windows_that_never_open_are_refused() {
    let test = TestHub::open().await;
    test.device(
        "berlin",
        json!({ "location": { "timezone": "Europe/Berlin" } }),
    )
    .await;
    test.device("tokyo", json!({ "location": { "timezone": "Asia/Tokyo" } }))
        .await;
    let mut asked = plan(desired(json!({ "a": 1 })), "");
    asked.how.gates = vec![window(&test, every_night()).await];
    assert_eq!(preview(&test, &asked).await.warnings, [""; 0]);
    // It is eight in the morning of 2027-01-15; two o'clock in Tokyo comes at 17:00, in Berlin at 01:00.
    asked.how.expires_at = Some("2027-01-15T16:59:00Z".parse().unwrap());
    let told = preview(&test, &asked).await.warnings;
    let want = "for none of the devices a window opens before it expires at 2027-01-15T16:59:00Z";
    assert_eq!(told, [want]);
    let why = refused(&test, asked.clone()).await;
    assert!(why.contains(want), "{why}");
    // With an hour more it opens for one of them: that is said, and allowed.
    asked.how.expires_at = Some("2027-01-15T18:00:00Z".parse().unwrap());
    let told = preview(&test, &asked).await;
    let want = "for 1 of 2 devices no window opens before it expires at 2027-01-15T18:00:00Z";
    assert_eq!(told.warnings, [want]);
    assert_eq!(told.forecast.unwrap().left, 1);
    test.operate(asked).await;
}

#[tokio::test]
async fn cyclic_must_pass_versions_are_refused_where_they_begin() {
    let test = TestHub::open().await;
    let permit = test.hub.permit::<KeepFirmware>(&Access::console()).unwrap();
    add(&test, "6.0", &["7.0"]).await;
    let about = NewArtifact {
        must_pass: vec![version("6.0")],
        ..NewArtifact::plain("Sensor", version("7.0"))
    };
    let mut upload = test.hub.begin_upload(&permit, about).await.unwrap();
    upload.write(b"7.0").await.unwrap();
    let why = upload.finish(None, None).await.unwrap_err().to_string();
    assert!(why.contains("in a circle: 7.0 → 6.0 → 7.0"), "{why}");
    let see = test.hub.permit::<SeeDevices>(&Access::console()).unwrap();
    assert_eq!(test.hub.artifacts(&see).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_artifact_whose_hash_differs_is_not_kept_and_cannot_be_rolled_out() {
    let test = TestHub::open().await;
    test.fleet(1).await;
    let permit = test.hub.permit::<KeepFirmware>(&Access::console()).unwrap();
    let about = NewArtifact::plain("Sensor", version("4.4"));
    let mut upload = test.hub.begin_upload(&permit, about).await.unwrap();
    upload.write(b"not what was announced").await.unwrap();
    let announced = ArtifactId::from_hash([7; 32]);
    let outcome = upload.finish(None, Some(announced)).await;
    assert!(
        matches!(outcome, Err(ServiceError::Firmware(_))),
        "{outcome:?}"
    );
    let see = test.hub.permit::<SeeDevices>(&Access::console()).unwrap();
    assert_eq!(test.hub.artifacts(&see).await.unwrap(), []);
    let mut asked = plan(desired(json!({})), "");
    asked.task = Task::InstallFirmware {
        artifact: announced.to_string(),
        healthy_check_ins: 0,
        soak_s: 0,
        back_to: None,
    };
    let why = refused(&test, asked).await;
    assert!(
        why.contains("there is no firmware with the SHA-256"),
        "{why}"
    );
}

#[tokio::test]
async fn a_clock_that_jumps_back_and_forth_repeats_nothing() {
    let test = TestHub::open().await;
    let ids = test.fleet(6).await;
    let mut asked = plan(desired(json!({ "a": 1 })), "");
    asked.how.waves = vec![wave(2), rest()];
    asked.how.waves[0].soak_s = 600;
    let id = test.operate(asked).await.id;
    let soaks = |detail: &OperationDetail| detail.waves[0].state == WaveState::Soaking;
    until(&test.hub, id, soaks).await;
    // Back by a day: it soaks until the moment that was meant, and nothing is done again.
    test.pass(-86_400);
    test.hub.clock_moved();
    let now = test
        .hub
        .operation(&Access::console(), id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(now.summary.counts.total(), 6);
    assert_eq!(now.waves[0].state, WaveState::Soaking);
    test.pass(86_400 + 601);
    test.hub.clock_moved();
    let detail = test.until_over(id).await;
    assert_eq!(detail.summary.state, OperationState::Completed);
    assert_eq!(detail.summary.counts, succeeded(6));
    for device in &ids {
        assert_eq!(desired_version(&test, device).await, 2, "{device}");
    }
}

#[tokio::test]
async fn a_clock_that_jumps_ahead_gives_up_what_is_left_and_counts_it() {
    let test = TestHub::open().await;
    test.fleet(3).await;
    let method = Task::InvokeMethod {
        name: MethodName::new("ping").unwrap(),
        payload: Value::Null,
        connect_timeout_s: 0,
        response_timeout_s: 30,
    };
    let mut asked = plan(method, "");
    asked.how.expires_at = Some(test.hub.now().plus_ms(600_000));
    let id = test.operate(asked).await.id;
    let all_wait = |detail: &OperationDetail| detail.summary.counts.waiting == 3;
    until(&test.hub, id, all_wait).await;
    test.pass(10 * 365 * 86_400);
    test.hub.clock_moved();
    let detail = test.until_over(id).await;
    assert_eq!(detail.summary.state, OperationState::Expired);
    // And back again: what is over stays over.
    test.pass(-10 * 365 * 86_400);
    test.hub.clock_moved();
    let all_cancelled = Counts {
        cancelled: 3,
        ..Counts::default()
    };
    let now = test
        .hub
        .operation(&Access::console(), id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(now.summary.state, OperationState::Expired);
    assert_eq!(now.summary.counts, all_cancelled);
    assert_eq!(now.expected, None);
}

async fn approve(test: &TestHub, by: &Access, what: &Approval) -> Result<Approval, ServiceError> {
    let permit = test.hub.permit::<ApproveOperations>(by)?;
    let hub = &test.hub;
    hub.decide_approval(&permit, what.id, true, "fine").await
}

#[tokio::test]
async fn approvers_without_rights_approve_nothing() {
    let test = TestHub::open().await;
    let ids = test.fleet(2).await;
    let (_, ann) = test.person("ann", &[(Role::Operator, "")]).await;
    let (_, olaf) = test.person("olaf", &[(Role::Operator, "")]).await;
    let (_, mia) = test.person("mia", &[(Role::Manager, "")]).await;
    let elsewhere = "tags.site = 'elsewhere'";
    let (_, far) = test.person("far", &[(Role::Supervisor, elsewhere)]).await;
    let (_, sue) = test.person("sue", &[(Role::Supervisor, "")]).await;
    let retire = Task::ChangeStage {
        step: Step::Retire,
        reason: "worn out".into(),
    };
    let made = test.try_operate(&ann, plan(retire, "")).await.unwrap();
    assert_eq!(made.state, OperationState::AwaitingApproval);
    let key = format!("operation:{}", made.id);
    let waiting = test.hub.waiting_about(&ann, &key).await.unwrap().unwrap();
    for (name, access) in [("ann", &ann), ("olaf", &olaf), ("mia", &mia), ("far", &far)] {
        let outcome = approve(&test, access, &waiting).await;
        assert!(outcome.is_err(), "{name}: {outcome:?}");
        let now = test.hub.operation(&sue, made.id).await.unwrap().unwrap();
        assert_eq!(
            now.summary.state,
            OperationState::AwaitingApproval,
            "{name}"
        );
    }
    for device in &ids {
        let permit = test.hub.permit_device::<SeeDevices>(&sue, device).unwrap();
        assert_eq!(
            test.hub.twin(&permit).await.unwrap().twin.tags["site"],
            "b7"
        );
    }
    approve(&test, &sue, &waiting).await.unwrap();
    let done = test.until_over(made.id).await;
    assert_eq!(done.summary.counts, succeeded(2));
}

#[tokio::test]
async fn success_of_another_version_is_a_failure() {
    let test = TestHub::open().await;
    let ids = test.fleet(2).await;
    let target = add(&test, "4.4", &[]).await;
    let mut lives: Vec<JoinHandle<()>> = Vec::new();
    for (id, way) in ids.iter().zip([Way::InstallsAnother, Way::Fine]) {
        lives.push(live(&test, id, way).await);
    }
    let made: OperationId = test.operate(install(&target, 1)).await.id;
    let detail = test.until_over(made).await;
    assert_eq!(detail.summary.state, OperationState::CompletedWithFailures);
    let want = Counts {
        succeeded: 1,
        failed: 1,
        ..Counts::default()
    };
    assert_eq!(detail.summary.counts, want);
    assert_eq!(
        reasons(&test, made).await,
        ["the device reports success, but runs 9.9 instead of 4.4"]
    );
    lives.iter().for_each(JoinHandle::abort);
}
