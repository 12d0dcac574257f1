//! Devices that wait for their context.

use muster_core::gate::Gate;
use muster_core::ids::DeviceId;
use muster_core::lifecycle::Step;
use muster_core::operation::{Counts, OperationState, TargetState};
use muster_core::policy::Role;
use muster_service::access::kinds::{OverrideGates, ProvisionDevices};
use muster_service::operations::{OperationDetail, TargetQuery, WaitCause};
use muster_service::registry::IdentityChange;
use muster_service::{Access, ServiceError};
use serde_json::json;

use super::{desired, plan, succeeded, until, waiting};
use crate::support::{TestHub, link};

fn on_mains() -> Gate {
    Gate::Condition {
        label: "mains power".into(),
        text: "properties.reported.power.source = 'mains'".into(),
    }
}

fn all_wait(devices: u32) -> impl Fn(&OperationDetail) -> bool {
    move |detail| {
        detail
            .waiting
            .iter()
            .any(|group| group.cause == WaitCause::Gate && group.devices == devices)
    }
}

#[tokio::test]
async fn a_report_opens_the_gate_of_exactly_that_device() {
    let test = TestHub::open().await;
    let ids = test.fleet(5).await;
    let mut asked = plan(desired(json!({ "a": 1 })), "");
    asked.how.gates = vec![on_mains()];
    let id = test.operate(asked).await.id;
    let detail = until(&test.hub, id, all_wait(5)).await;
    assert_eq!(
        waiting(&detail),
        [("needs mains power, and does not say".to_owned(), 5)]
    );
    assert_eq!(detail.waiting[0].gate, Some(0));
    let proof = test.log_in(&ids[2]).await;
    test.hub
        .device_report(&proof, json!({ "power": { "source": "battery" } }), None)
        .await
        .unwrap();
    let two = |detail: &OperationDetail| detail.waiting.len() == 2;
    let detail = until(&test.hub, id, two).await;
    let want = [
        ("needs mains power, and does not say".to_owned(), 4),
        ("needs mains power".to_owned(), 1),
    ];
    assert_eq!(waiting(&detail), want);
    test.hub
        .device_report(&proof, json!({ "power": { "source": "mains" } }), None)
        .await
        .unwrap();
    let one = |detail: &OperationDetail| detail.summary.counts.succeeded == 1;
    let detail = until(&test.hub, id, one).await;
    assert_eq!(
        detail.summary.counts,
        Counts {
            succeeded: 1,
            waiting: 4,
            ..Counts::default()
        }
    );
}

#[tokio::test]
async fn a_connection_opens_the_gate() {
    let test = TestHub::open().await;
    let ids = test.fleet(2).await;
    let mut asked = plan(desired(json!({ "a": 1 })), "");
    asked.how.gates = vec![Gate::Online];
    let id = test.operate(asked).await.id;
    until(&test.hub, id, all_wait(2)).await;
    let proof = test.log_in(&ids[0]).await;
    let (info, _notices) = link();
    test.hub.device_connected(&proof, info).await.unwrap();
    let detail = until(&test.hub, id, all_wait(1)).await;
    assert_eq!(detail.summary.counts.succeeded, 1);
}

#[tokio::test]
async fn what_changes_while_the_hub_is_down_is_seen_when_it_is_back() {
    let test = TestHub::open().await;
    let ids = test.fleet(3).await;
    let mut asked = plan(desired(json!({ "a": 1 })), "");
    asked.how.gates = vec![on_mains()];
    let id = test.operate(asked).await.id;
    until(&test.hub, id, all_wait(3)).await;
    let test = test.reopen().await;
    let proof = test.log_in(&ids[1]).await;
    test.hub
        .device_report(&proof, json!({ "power": { "source": "mains" } }), None)
        .await
        .unwrap();
    until(&test.hub, id, all_wait(2)).await;
}

#[tokio::test]
async fn devices_in_maintenance_are_left_alone() {
    let test = TestHub::open().await;
    let ids = test.fleet(2).await;
    let proof = test.log_in(&ids[0]).await;
    let (info, _notices) = link();
    test.hub.device_connected(&proof, info).await.unwrap();
    step(&test, &ids[0], Step::EnterMaintenance).await;
    let id = test.operate(plan(desired(json!({ "a": 1 })), "")).await.id;
    let one = |detail: &OperationDetail| detail.summary.counts.succeeded == 1;
    let detail = until(&test.hub, id, one).await;
    assert_eq!(waiting(&detail), [("in maintenance".to_owned(), 1)]);
    step(&test, &ids[0], Step::LeaveMaintenance).await;
    assert_eq!(test.until_over(id).await.summary.counts, succeeded(2));
}

async fn step(test: &TestHub, id: &DeviceId, step: Step) {
    let permit = test
        .hub
        .permit_device::<ProvisionDevices>(&Access::console(), id)
        .unwrap();
    let change = IdentityChange {
        step: Some(step),
        ..IdentityChange::default()
    };
    test.hub.update_device(permit, None, change).await.unwrap();
}

#[tokio::test]
async fn a_deleted_device_is_left_out() {
    let test = TestHub::open().await;
    let ids = test.fleet(1).await;
    let mut asked = plan(desired(json!({ "a": 1 })), "");
    asked.how.gates = vec![Gate::Online];
    let id = test.operate(asked).await.id;
    until(&test.hub, id, all_wait(1)).await;
    let permit = test
        .hub
        .permit_device::<ProvisionDevices>(&Access::console(), &ids[0])
        .unwrap();
    test.hub.delete_device(permit, None).await.unwrap();
    let detail = test.until_over(id).await;
    assert_eq!(detail.summary.state, OperationState::Completed);
    assert_eq!(detail.summary.counts.skipped, 1);
}

#[tokio::test]
async fn a_supervisor_lets_devices_of_their_scope_past_a_gate() {
    let test = TestHub::open().await;
    let north = test.device("n1", json!({ "region": "north" })).await;
    test.device("n2", json!({ "region": "north" })).await;
    let south = test.device("s1", json!({ "region": "south" })).await;
    let (_, supervisor) = test
        .person("ann", &[(Role::Supervisor, "tags.region = 'north'")])
        .await;
    let mut asked = plan(desired(json!({ "a": 1 })), "");
    asked.how.gates = vec![Gate::Online];
    let id = test.operate(asked).await.id;
    until(&test.hub, id, all_wait(3)).await;
    let permit = test.hub.permit::<OverrideGates>(&supervisor).unwrap();
    let hidden = test
        .hub
        .override_gate(&permit, id, 0, Some(south), "urgent")
        .await;
    assert!(matches!(hidden, Err(ServiceError::NotFound)));
    let silent = test.hub.override_gate(&permit, id, 0, None, " ").await;
    assert!(matches!(silent, Err(ServiceError::Invalid(_))));
    let passed = test
        .hub
        .override_gate(&permit, id, 0, Some(north), "urgent")
        .await
        .unwrap();
    assert_eq!(passed, 1);
    until(&test.hub, id, all_wait(2)).await;
    let held = TargetQuery {
        states: vec![TargetState::Waiting],
        limit: 10,
        ..TargetQuery::default()
    };
    let rows = test.hub.operation_targets(&supervisor, id, &held).await;
    let gates: Vec<_> = rows.unwrap().rows.into_iter().map(|row| row.gate).collect();
    assert_eq!(gates, [Some(0)]);
    // It is through: there is nothing to let it past.
    let over = DeviceId::new("n1").unwrap();
    let over = test.hub.override_gate(&permit, id, 0, Some(over), "urgent");
    assert!(matches!(over.await, Err(ServiceError::Invalid(_))));
    let passed = test
        .hub
        .override_gate(&permit, id, 0, None, "urgent")
        .await
        .unwrap();
    assert_eq!(passed, 1);
    let detail = until(&test.hub, id, all_wait(1)).await;
    assert_eq!(detail.summary.counts.succeeded, 2);
    // A run by somebody who sees all lets all past, also those that come to the gate later.
    let permit = test
        .hub
        .permit::<OverrideGates>(&Access::console())
        .unwrap();
    test.hub
        .override_gate(&permit, id, 0, None, "urgent")
        .await
        .unwrap();
    assert_eq!(test.until_over(id).await.summary.counts, succeeded(3));
}
