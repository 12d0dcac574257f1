//! Whose devices, and who sees what.

use muster_core::operation::{Counts, OperationState, Task};
use muster_core::policy::{Action, Role};
use muster_service::access::kinds::RunOperations;
use muster_service::operations::{OperationQuery, TargetQuery};
use muster_service::people::PersonEdit;
use muster_service::{Access, ServiceError};
use serde_json::json;

use super::{desired, plan, succeeded};
use crate::support::TestHub;

async fn two_regions() -> TestHub {
    let test = TestHub::open().await;
    for (id, region) in [("n1", "north"), ("n2", "north"), ("s1", "south")] {
        test.device(id, json!({ "region": region })).await;
    }
    test
}

#[tokio::test]
async fn nobody_reaches_beyond_their_scope() {
    let test = two_regions().await;
    let (_, ann) = test
        .person("ann", &[(Role::Operator, "tags.region = 'north'")])
        .await;
    let asked = plan(desired(json!({ "a": 1 })), "");
    let permit = test.hub.permit::<RunOperations>(&ann).unwrap();
    let preview = test.hub.preview_operation(&permit, &asked).await.unwrap();
    assert_eq!((preview.targets, preview.waves), (2, vec![2]));
    assert!(
        preview.excluded.is_empty(),
        "what is outside does not exist"
    );
    let made = test.try_operate(&ann, asked).await.unwrap();
    assert_eq!(test.until_over(made.id).await.summary.counts, succeeded(2));
    let (_, bob) = test.person("bob", &[(Role::Manager, "")]).await;
    assert!(matches!(
        test.hub.permit::<RunOperations>(&bob),
        Err(ServiceError::Forbidden(Action::RunOperations))
    ));
}

#[tokio::test]
async fn devices_outside_the_rights_are_told() {
    let test = two_regions().await;
    let roles = [
        (Role::Operator, "tags.region = 'north'"),
        (Role::Manager, ""),
    ];
    let (_, ann) = test.person("ann", &roles).await;
    let permit = test.hub.permit::<RunOperations>(&ann).unwrap();
    let asked = plan(desired(json!({ "a": 1 })), "");
    let preview = test.hub.preview_operation(&permit, &asked).await.unwrap();
    assert_eq!(preview.targets, 2);
    assert_eq!(preview.excluded[0].why, "outside your rights");
    assert_eq!(preview.excluded[0].devices, 1);
    assert_eq!(preview.excluded[0].sample[0].as_str(), "s1");
}

#[tokio::test]
async fn plans_that_cannot_work_are_refused_with_the_reason() {
    let test = two_regions().await;
    let check = async |change: &dyn Fn(&mut muster_core::operation::Plan), want: &str| {
        let mut asked = plan(desired(json!({ "a": 1 })), "");
        change(&mut asked);
        match test.try_operate(&Access::console(), asked).await {
            Err(ServiceError::Invalid(text)) => assert!(text.contains(want), "{text}"),
            other => panic!("{want}: {other:?}"),
        }
    };
    check(&|plan| plan.title.clear(), "title").await;
    let query = |text: &str| {
        let text = text.to_owned();
        move |plan: &mut muster_core::operation::Plan| {
            plan.target = muster_core::operation::Target::Query { text: text.clone() };
        }
    };
    check(&query("tags.region = 'east'"), "no device is meant").await;
    check(&query("tags.region ="), "").await;
    let export = Task::Export { without_keys: true };
    check(&|plan| plan.task = export.clone(), "exporting identities").await;
}

#[tokio::test]
async fn rights_are_asked_again_at_the_start() {
    let test = two_regions().await;
    let (person, ann) = test.person("ann", &[(Role::Operator, "")]).await;
    let mut asked = plan(desired(json!({ "a": 1 })), "");
    asked.how.starts_at = Some(test.hub.now().plus_ms(60_000));
    let made = test.try_operate(&ann, asked).await.unwrap();
    assert_eq!(made.state, OperationState::Scheduled);
    let permit = test.hub.permit(&Access::console()).unwrap();
    let off = PersonEdit {
        active: Some(false),
        ..PersonEdit::default()
    };
    test.hub
        .update_person(&permit, person.id, off)
        .await
        .unwrap();
    test.pass(61);
    test.hub.clock_moved();
    let detail = test.until_over(made.id).await;
    assert_eq!(detail.summary.state, OperationState::Cancelled);
    assert!(
        detail
            .summary
            .reason
            .unwrap()
            .contains("may not do this any more")
    );
}

#[tokio::test]
async fn others_see_their_own_devices_only() {
    let test = two_regions().await;
    let (_, south) = test
        .person("ann", &[(Role::Supervisor, "tags.region = 'south'")])
        .await;
    let (_, east) = test
        .person("bob", &[(Role::Supervisor, "tags.region = 'east'")])
        .await;
    let id = test.operate(plan(desired(json!({ "a": 1 })), "")).await.id;
    test.until_over(id).await;
    let seen = test.hub.operation(&south, id).await.unwrap().unwrap();
    assert_eq!(seen.summary.counts, succeeded(1));
    assert_eq!(seen.waves[0].counts, succeeded(1));
    let all = TargetQuery {
        limit: 2,
        ..TargetQuery::default()
    };
    let rows = test
        .hub
        .operation_targets(&south, id, &all)
        .await
        .unwrap()
        .rows;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].device.as_str(), "s1");
    assert!(test.hub.operation(&east, id).await.unwrap().is_none());
    let query = OperationQuery {
        limit: 10,
        ..OperationQuery::default()
    };
    assert!(
        test.hub
            .operations(&east, &query)
            .await
            .unwrap()
            .rows
            .is_empty()
    );
    let listed = test.hub.operations(&south, &query).await.unwrap().rows;
    assert_eq!(
        listed[0].counts,
        Counts {
            succeeded: 1,
            ..Counts::default()
        }
    );
    let device = rows[0].device.clone();
    let of_device = test
        .hub
        .device_operations(&south, &device, 10, None)
        .await
        .unwrap()
        .rows;
    assert_eq!(of_device.len(), 1);
    let hidden = test
        .hub
        .device_operations(&east, &device, 10, None)
        .await
        .unwrap()
        .rows;
    assert!(hidden.is_empty());
}
