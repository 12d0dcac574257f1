//! Writing many twins.

use muster_core::event::{Actor, EventKind};
use muster_core::operation::{Counts, OperationState, TargetState, WaveState};
use muster_service::Access;
use muster_service::access::kinds::SeeDevices;
use muster_service::operations::{Steer, TargetQuery};
use serde_json::{Value, json};

use super::{desired, plan, rest, succeeded, wave};
use crate::support::TestHub;

#[tokio::test]
async fn every_device_of_the_condition_is_written() {
    let test = TestHub::open().await;
    let ids = test.fleet(12).await;
    test.device("elsewhere", json!({ "site": "b8" })).await;
    let made = test
        .operate(plan(desired(json!({ "interval": 60 })), "tags.site = 'b7'"))
        .await;
    let detail = test.until_over(made.id).await;
    assert_eq!(detail.summary.state, OperationState::Completed);
    assert_eq!(detail.summary.counts, succeeded(12));
    let desired_of = async |id: &muster_core::ids::DeviceId| {
        let permit = test
            .hub
            .permit_device::<SeeDevices>(&Access::console(), id)
            .unwrap();
        test.hub.twin(&permit).await.unwrap().twin.desired
    };
    for id in &ids {
        let desired = desired_of(id).await;
        assert_eq!(Value::Object(desired.value), json!({ "interval": 60 }));
        assert_eq!(desired.version, 2);
    }
    let permit = test
        .hub
        .permit_device::<SeeDevices>(&Access::console(), &ids[0])
        .unwrap();
    let events = test.hub.timeline(&permit, None, 10).await.unwrap().rows;
    assert_eq!(events[0].kind, EventKind::DesiredChanged);
    assert_eq!(events[0].actor, Actor::Operation { id: made.id });
}

#[tokio::test]
async fn what_is_so_already_is_left_alone() {
    let test = TestHub::open().await;
    let ids = test.fleet(3).await;
    test.patch(&ids[1], None, Some(json!({ "interval": 60 })))
        .await;
    let made = test
        .operate(plan(desired(json!({ "interval": 60 })), ""))
        .await;
    let detail = test.until_over(made.id).await;
    let want = Counts {
        succeeded: 2,
        skipped: 1,
        ..Counts::default()
    };
    assert_eq!(detail.summary.counts, want);
    let skipped = TargetQuery {
        states: vec![TargetState::Skipped],
        limit: 10,
        ..TargetQuery::default()
    };
    let page = test
        .hub
        .operation_targets(&Access::console(), made.id, &skipped)
        .await
        .unwrap();
    assert_eq!(page.rows.len(), 1);
    assert_eq!(page.rows[0].device, ids[1]);
    assert_eq!(page.rows[0].why.as_deref(), Some("it is so already"));
}

#[tokio::test]
async fn waves_wait_for_their_watch_and_for_people() {
    let test = TestHub::open().await;
    test.fleet(10).await;
    let mut asked = plan(desired(json!({ "interval": 60 })), "");
    asked.how.waves = vec![wave(2), wave(3), rest()];
    asked.how.waves[0].soak_s = 600;
    asked.how.waves[1].manual = true;
    let id = test.operate(asked).await.id;
    let in_state = |index: usize, state| {
        move |detail: &muster_service::operations::OperationDetail| {
            detail.waves[index].state == state
        }
    };
    let detail = super::until(&test.hub, id, in_state(0, WaveState::Soaking)).await;
    let want = Counts {
        succeeded: 2,
        later: 8,
        ..Counts::default()
    };
    assert_eq!(detail.summary.counts, want);
    test.pass(601);
    test.hub.clock_moved();
    let detail = super::until(&test.hub, id, in_state(1, WaveState::Held)).await;
    assert_eq!(detail.summary.counts.succeeded, 5);
    assert_eq!(detail.waves[2].state, WaveState::Later);
    test.steer(id, Steer::Continue).await.unwrap();
    let detail = test.until_over(id).await;
    assert_eq!(detail.summary.counts, succeeded(10));
    assert_eq!(detail.summary.state, OperationState::Completed);
}

#[tokio::test]
async fn what_was_done_is_taken_back() {
    let test = TestHub::open().await;
    let ids = test.fleet(4).await;
    test.patch(&ids[0], None, Some(json!({ "interval": 30, "other": 1 })))
        .await;
    test.patch(&ids[1], None, Some(json!({ "interval": 60 })))
        .await;
    let task = muster_core::operation::Task::UpdateTwin {
        tags: Some(json!({ "ring": 2 })),
        desired: Some(json!({ "interval": 60 })),
    };
    let id = test.operate(plan(task, "")).await.id;
    test.until_over(id).await;
    let undone = Steer::RollBack {
        reason: "too slow".to_owned(),
    };
    let back = test.steer(id, undone.clone()).await.unwrap();
    assert_eq!(back.back_of, Some(id));
    let detail = test.until_over(back.id).await;
    assert_eq!(detail.summary.counts, succeeded(4));
    let detail = test.until_over(id).await;
    assert_eq!(detail.summary.state, OperationState::RolledBack);
    let again = test.steer(id, undone).await;
    assert!(again.is_err(), "{again:?}");
    let wants = [
        json!({ "interval": 30, "other": 1 }),
        json!({ "interval": 60 }),
        json!({}),
        json!({}),
    ];
    for (id, want) in ids.iter().zip(wants) {
        let permit = test
            .hub
            .permit_device::<SeeDevices>(&Access::console(), id)
            .unwrap();
        let twin = test.hub.twin(&permit).await.unwrap().twin;
        assert_eq!(Value::Object(twin.desired.value), want);
        assert_eq!(Value::Object(twin.tags), json!({ "site": "b7" }));
    }
}

#[tokio::test]
async fn desired_properties_of_a_moment_come_back() {
    let test = TestHub::open().await;
    let ids = test.fleet(2).await;
    test.patch(&ids[0], None, Some(json!({ "interval": 30 })))
        .await;
    let at = test.hub.now();
    test.pass(60);
    test.patch(&ids[0], None, Some(json!({ "interval": 60, "other": 1 })))
        .await;
    let late = test.device("late", json!({})).await;
    let task = muster_core::operation::Task::RestoreDesired { at };
    let id = test.operate(plan(task, "")).await.id;
    let detail = test.until_over(id).await;
    let want = Counts {
        succeeded: 1,
        skipped: 2,
        ..Counts::default()
    };
    assert_eq!(detail.summary.counts, want);
    let permit = test
        .hub
        .permit_device::<SeeDevices>(&Access::console(), &ids[0])
        .unwrap();
    let twin = test.hub.twin(&permit).await.unwrap().twin;
    assert_eq!(Value::Object(twin.desired.value), json!({ "interval": 30 }));
    let query = TargetQuery {
        device_text: late.to_string(),
        limit: 10,
        ..TargetQuery::default()
    };
    let page = test
        .hub
        .operation_targets(&Access::console(), id, &query)
        .await
        .unwrap();
    assert_eq!(
        page.rows[0].why.as_deref(),
        Some("what was there before was not kept")
    );
}
