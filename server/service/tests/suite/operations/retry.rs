//! Failed devices that a person has tried again, one by one or by what they have in common.

use muster_core::operation::{Counts, Offline, OperationState};
use muster_core::policy::Role;
use muster_service::access::kinds::SteerOperations;
use muster_service::operations::{Chosen, OperationDetail, Steer, TargetQuery};
use muster_service::{Access, ServiceError};

use super::methods::{answers, reboot};
use super::{plan, until};
use crate::support::TestHub;

fn failed_and_done(failed: u32, succeeded: u32) -> impl Fn(&OperationDetail) -> bool {
    move |detail| {
        let want = Counts {
            failed,
            succeeded,
            ..Counts::default()
        };
        detail.summary.counts == want && detail.summary.state.is_over()
    }
}

#[tokio::test]
async fn chosen_devices_are_tried_again_and_others_left() {
    let test = TestHub::open().await;
    let ids = test.fleet(4).await;
    let mut asked = plan(reboot(), "");
    asked.how.offline = Offline::Fail;
    let id = test.operate(asked).await.id;
    until(&test.hub, id, failed_and_done(4, 0)).await;
    for id in &ids {
        answers(&test, id, 200).await;
    }
    let permit = test.hub.permit::<SteerOperations>(&Access::console());
    let permit = permit.unwrap();
    let retry = async |chosen| test.hub.retry_targets(&permit, id, chosen).await;
    let refused = retry(Chosen::Devices(Vec::new())).await;
    assert!(matches!(refused, Err(ServiceError::Invalid(_))));
    let named = Chosen::Devices(vec![ids[1].clone()]);
    assert_eq!(retry(named.clone()).await.unwrap(), 1);
    until(&test.hub, id, failed_and_done(3, 1)).await;
    // It has not failed any more.
    assert!(matches!(retry(named).await, Err(ServiceError::Invalid(_))));
    let matching = |why: &str, text: &str| {
        Chosen::Matching(TargetQuery {
            why: Some(why.to_owned()),
            device_text: text.to_owned(),
            ..TargetQuery::default()
        })
    };
    let none = retry(matching("lost", "")).await;
    assert!(matches!(none, Err(ServiceError::Invalid(_))));
    let offline = "the device is offline";
    assert_eq!(retry(matching(offline, "D003")).await.unwrap(), 1);
    until(&test.hub, id, failed_and_done(2, 2)).await;
    assert_eq!(retry(matching(offline, "")).await.unwrap(), 2);
    let detail = until(&test.hub, id, failed_and_done(0, 4)).await;
    assert_eq!(detail.summary.state, OperationState::Completed);
}

#[tokio::test]
async fn what_was_called_off_does_not_go_on_by_the_way() {
    let test = TestHub::open().await;
    let ids = test.fleet(3).await;
    let mut asked = plan(reboot(), "");
    asked.how.offline = Offline::Fail;
    asked.how.waves = vec![super::wave(1), super::rest()];
    asked.how.waves[0].success_percent = 0;
    asked.how.waves[0].manual = true;
    let id = test.operate(asked).await.id;
    let one = |detail: &OperationDetail| detail.summary.counts.failed == 1;
    until(&test.hub, id, one).await;
    let reason = "enough".to_owned();
    test.steer(id, Steer::Stop { reason }).await.unwrap();
    let permit = test.hub.permit::<SteerOperations>(&Access::console());
    let chosen = Chosen::Devices(ids);
    let refused = test.hub.retry_targets(&permit.unwrap(), id, chosen).await;
    assert!(
        matches!(&refused, Err(ServiceError::Invalid(text)) if text.contains("2 devices")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn devices_outside_the_scope_do_not_exist() {
    let test = TestHub::open().await;
    let ids = test.fleet(2).await;
    let mut asked = plan(reboot(), "");
    asked.how.offline = Offline::Fail;
    let id = test.operate(asked).await.id;
    until(&test.hub, id, failed_and_done(2, 0)).await;
    let (_, ann) = test
        .person("ann", &[(Role::Operator, "deviceId = 'd000'")])
        .await;
    let permit = test.hub.permit::<SteerOperations>(&ann).unwrap();
    let both = Chosen::Devices(ids.clone());
    let hidden = test.hub.retry_targets(&permit, id, both).await;
    assert!(matches!(hidden, Err(ServiceError::NotFound)));
    answers(&test, &ids[0], 200).await;
    answers(&test, &ids[1], 200).await;
    let all = Chosen::Matching(TargetQuery::default());
    let retried = test.hub.retry_targets(&permit, id, all).await;
    assert_eq!(retried.unwrap(), 1);
    until(&test.hub, id, failed_and_done(1, 1)).await;
}
