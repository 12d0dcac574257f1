//! Operations that a second person has to agree to.

use muster_core::access::PolicyName;
use muster_core::approval::{Approval, ApprovalState, Refused};
use muster_core::lifecycle::Step;
use muster_core::operation::{OperationState, Plan, Task};
use muster_core::policy::Role;
use muster_service::access::kinds::{ApproveOperations, ManageHub, RunOperations};
use muster_service::operations::{OperationSummary, Steer};
use muster_service::{Access, Asked, ServiceError};
use serde_json::json;

use super::{desired, plan as plan_for};
use crate::support::TestHub;

/// For the whole fleet.
fn plan(task: Task) -> Plan {
    plan_for(task, "")
}

fn retire() -> Task {
    Task::ChangeStage {
        step: Step::Retire,
        reason: "worn out".into(),
    }
}

/// An operation that waits, and its request.
async fn asked(test: &TestHub, by: &Access, task: Task) -> (OperationSummary, Approval) {
    let made = test.try_operate(by, plan(task)).await.unwrap();
    assert_eq!(made.state, OperationState::AwaitingApproval);
    let key = format!("operation:{}", made.id);
    let waiting = test.hub.waiting_about(by, &key).await.unwrap().unwrap();
    assert_eq!(made.approval, Some(waiting.id.0));
    (made, waiting)
}

async fn decide(
    test: &TestHub,
    by: &Access,
    what: &Approval,
    yes: bool,
) -> Result<Approval, ServiceError> {
    let permit = test.hub.permit::<ApproveOperations>(by)?;
    let hub = &test.hub;
    hub.decide_approval(&permit, what.id, yes, "looked at it")
        .await
}

async fn state(
    test: &TestHub,
    id: muster_core::ids::OperationId,
) -> (OperationState, Option<String>) {
    let detail = test
        .hub
        .operation(&Access::console(), id)
        .await
        .unwrap()
        .unwrap();
    (detail.summary.state, detail.summary.reason)
}

#[tokio::test]
async fn what_is_approved_runs() {
    let test = TestHub::open().await;
    test.fleet(3).await;
    let (_, ann) = test.person("ann", &[(Role::Operator, "")]).await;
    // Nobody could approve it: it runs, and says so beforehand.
    let permit = test.hub.permit::<RunOperations>(&ann).unwrap();
    let alone = test
        .hub
        .preview_operation(&permit, &plan(retire()))
        .await
        .unwrap();
    assert_eq!(alone.approval, None);
    let (_, sue) = test.person("sue", &[(Role::Supervisor, "")]).await;
    let preview = test
        .hub
        .preview_operation(&permit, &plan(retire()))
        .await
        .unwrap();
    assert_eq!(
        preview.approval.as_deref(),
        Some("retiring devices always need one")
    );
    // Small and harmless: nobody is asked.
    let small = test
        .try_operate(&ann, plan(desired(json!({ "n": 1 }))))
        .await
        .unwrap();
    assert_ne!(small.state, OperationState::AwaitingApproval);
    let (made, waiting) = asked(&test, &ann, retire()).await;
    let impact = waiting.impact.clone().unwrap();
    assert_eq!(
        (impact.devices, impact.fleet, impact.sample.len()),
        (3, 3, 3)
    );
    assert_eq!(test.hub.approvals_due(&sue).await.unwrap(), 1);
    assert!(matches!(
        decide(&test, &ann, &waiting, true).await,
        Err(ServiceError::Forbidden(_))
    ));
    decide(&test, &sue, &waiting, true).await.unwrap();
    let done = test.until_over(made.id).await;
    assert_eq!(done.summary.counts.succeeded, 3);
    // Supervisors ask too, and never answer themselves.
    test.person("tom", &[(Role::Supervisor, "")]).await;
    let (_, own) = asked(&test, &sue, Task::Delete).await;
    let refused = decide(&test, &sue, &own, true).await;
    assert!(matches!(refused, Err(ServiceError::Approval(Refused::Own))));
}

#[tokio::test]
async fn what_is_refused_or_late_is_called_off() {
    let test = TestHub::open().await;
    test.fleet(2).await;
    let (_, ann) = test.person("ann", &[(Role::Operator, "")]).await;
    let (_, sue) = test.person("sue", &[(Role::Supervisor, "")]).await;
    test.person("tom", &[(Role::Supervisor, "")]).await;
    let (made, waiting) = asked(&test, &ann, retire()).await;
    decide(&test, &sue, &waiting, false).await.unwrap();
    let reason = Some("refused: looked at it".to_owned());
    assert_eq!(
        state(&test, made.id).await,
        (OperationState::Cancelled, reason)
    );
    // Its author takes it back.
    let (made, waiting) = asked(&test, &ann, retire()).await;
    test.hub.withdraw_approval(&ann, waiting.id).await.unwrap();
    assert_eq!(state(&test, made.id).await.0, OperationState::Cancelled);
    // Somebody calls it off: the request goes with it.
    let (made, waiting) = asked(&test, &ann, retire()).await;
    let reason = "not now".to_owned();
    test.steer(made.id, Steer::Cancel { reason }).await.unwrap();
    let over = test.hub.approval(&ann, waiting.id).await.unwrap();
    assert_eq!(over.state, ApprovalState::Withdrawn);
    // Nobody answers.
    let (made, waiting) = asked(&test, &ann, retire()).await;
    test.pass(72 * 3600);
    test.hub.expire_approvals().await.unwrap();
    let over = test.hub.approval(&ann, waiting.id).await.unwrap();
    assert_eq!(over.state, ApprovalState::Expired);
    assert_eq!(state(&test, made.id).await.0, OperationState::Expired);
    // Nothing was done.
    let stage = |name: &str| muster_core::ids::DeviceId::new(name).unwrap();
    for name in ["d000", "d001"] {
        let permit = test
            .hub
            .permit_device(&Access::console(), &stage(name))
            .unwrap();
        let device = test.hub.device(&permit).await.unwrap().device;
        assert!(device.stage.in_service());
    }
}

#[tokio::test]
async fn who_decides_sees_every_device() {
    let test = TestHub::open().await;
    test.device("near", json!({ "site": "b7" })).await;
    test.device("far", json!({ "site": "b8" })).await;
    let (_, ann) = test.person("ann", &[(Role::Operator, "")]).await;
    let (_, local) = test
        .person("local", &[(Role::Operator, "tags.site = 'b7'")])
        .await;
    let (_, b7) = test
        .person("b7", &[(Role::Supervisor, "tags.site = 'b7'")])
        .await;
    let (_, b9) = test
        .person("b9", &[(Role::Supervisor, "tags.site = 'b9'")])
        .await;
    let (_, whole) = asked(&test, &ann, retire()).await;
    let (_, part) = asked(&test, &local, retire()).await;
    // Some of it is outside: seen, not decided. All of it: not seen.
    let partly = decide(&test, &b7, &whole, true).await;
    assert!(matches!(
        partly,
        Err(ServiceError::Approval(Refused::OutOfSight))
    ));
    let unseen = decide(&test, &b9, &whole, true).await;
    assert!(matches!(unseen, Err(ServiceError::NotFound)));
    assert_eq!(test.hub.approvals_due(&b7).await.unwrap(), 1);
    assert_eq!(test.hub.approvals_due(&b9).await.unwrap(), 0);
    decide(&test, &b7, &part, true).await.unwrap();
}

#[tokio::test]
async fn tools_ask_when_the_rules_say_so() {
    let test = TestHub::open().await;
    test.fleet(1).await;
    let (_, root) = test.person("root", &[(Role::Admin, "")]).await;
    let tool = crate::policies::access(&test, PolicyName::Service).await;
    let free = test
        .try_operate(&tool, plan(desired(json!({ "n": 1 }))))
        .await
        .unwrap();
    assert_ne!(free.state, OperationState::AwaitingApproval);
    let permit = test.hub.permit::<ManageHub>(&root).unwrap();
    let mut policy = test.hub.approval_policy().await.unwrap();
    policy.tools = true;
    policy.thresholds.insert(
        muster_core::approval::Act::UpdateTwin,
        muster_core::approval::Threshold::ALWAYS,
    );
    let set = test.hub.set_approval_policy(&permit, policy).await.unwrap();
    assert!(matches!(set, Asked::Done(_)));
    let held = test
        .try_operate(&tool, plan(desired(json!({ "n": 2 }))))
        .await
        .unwrap();
    assert_eq!(held.state, OperationState::AwaitingApproval);
}
