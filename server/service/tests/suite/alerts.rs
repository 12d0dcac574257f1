//! Alerts: what rules make of devices, by events and by time, and what people do with it.

use std::time::Duration;

use muster_core::alert::{AlertId, Rule, RuleDraft, Severity, State};
use muster_core::device::IfMatch;
use muster_core::ids::DeviceId;
use muster_core::lifecycle::Step;
use muster_core::policy::{Action, Role};
use muster_service::access::kinds::{
    DirectAlerts, HandleAlerts, KeepAlertRules, ProvisionDevices, SeeDevices,
};
use muster_service::alerts::{
    AlertFilter, AlertTab, Direction, Handling, MAX_ALERTS_PER_RULE, Tally,
};
use muster_service::registry::IdentityChange;
use muster_service::{Access, Permit, ServiceError};
use serde_json::json;

use crate::support::{TestHub, link};

fn draft(condition: &str) -> RuleDraft {
    RuleDraft {
        name: condition.chars().take(60).collect(),
        severity: Severity::Serious,
        condition: condition.into(),
        for_s: 0,
        clear: String::new(),
        clear_for_s: 0,
        scope: String::new(),
        fold_by: String::new(),
        fold_at: 0,
        mute_maintenance: true,
        mute_window: None,
        escalate_after_s: 0,
        enabled: true,
    }
}

fn keep(test: &TestHub) -> Permit<KeepAlertRules> {
    test.hub.permit(&Access::console()).unwrap()
}

async fn add(test: &TestHub, draft: RuleDraft) -> Rule {
    test.hub
        .create_alert_rule(&keep(test), draft)
        .await
        .unwrap()
}

/// What is going on, as somebody sees it: device or "N devices", and state.
async fn seen_by(test: &TestHub, access: &Access, tab: AlertTab) -> Vec<String> {
    let permit = test.hub.permit::<SeeDevices>(access).unwrap();
    let filter = AlertFilter {
        tab,
        limit: 100,
        ..AlertFilter::default()
    };
    let found = test.hub.alerts(&permit, filter).await.unwrap();
    let mut names: Vec<String> = found
        .page
        .rows
        .iter()
        .map(|alert| match &alert.device {
            Some(device) => format!("{device} {}", alert.state.as_str()),
            None => format!("{} devices", alert.devices),
        })
        .collect();
    names.sort();
    names
}

async fn ids(test: &TestHub) -> Vec<AlertId> {
    let permit = test.hub.permit::<SeeDevices>(&Access::console()).unwrap();
    let filter = AlertFilter {
        limit: 100,
        ..AlertFilter::default()
    };
    let found = test.hub.alerts(&permit, filter).await.unwrap();
    found.page.rows.iter().map(|alert| alert.id).collect()
}

/// Asks until these are open; a test whose engine never gets there fails after a while.
async fn until(test: &TestHub, want: &[&str]) {
    let asked = async {
        while seen_by(test, &Access::console(), AlertTab::Open).await != want {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    if tokio::time::timeout(Duration::from_secs(20), asked)
        .await
        .is_err()
    {
        let found = seen_by(test, &Access::console(), AlertTab::Open).await;
        assert_eq!(found, want, "never came about");
    }
}

async fn report(test: &TestHub, id: &DeviceId, temperature: i64) {
    let proof = test.log_in(id).await;
    test.hub
        .device_report(&proof, json!({ "temperature": temperature }), None)
        .await
        .unwrap();
}

const WARM: &str = "properties.reported.temperature > 8";

#[tokio::test]
async fn a_rule_finds_what_is_and_what_comes() {
    let test = TestHub::open().await;
    let (a, b) = (
        test.device("a", json!({})).await,
        test.device("b", json!({})).await,
    );
    report(&test, &a, 9).await;
    add(&test, draft(WARM)).await;
    until(&test, &["a open"]).await;
    report(&test, &b, 10).await;
    until(&test, &["a open", "b open"]).await;
    report(&test, &a, 3).await;
    until(&test, &["b open"]).await;
    let ended = seen_by(&test, &Access::console(), AlertTab::Resolved).await;
    assert_eq!(ended, ["a resolved"]);
}

#[tokio::test]
async fn time_opens_and_ends_alerts_also_across_a_restart() {
    let test = TestHub::open().await;
    let a = test.device("a", json!({})).await;
    let rule = RuleDraft {
        for_s: 600,
        clear: "properties.reported.temperature < 6".into(),
        clear_for_s: 60,
        ..draft(WARM)
    };
    add(&test, rule).await;
    report(&test, &a, 9).await;
    test.pass(599);
    until(&test, &[]).await;
    let test = test.reopen().await;
    test.pass(1);
    until(&test, &["a open"]).await;
    // Between both conditions nothing changes.
    report(&test, &a, 7).await;
    test.pass(1000);
    report(&test, &a, 5).await;
    until(&test, &["a open"]).await;
    test.pass(61);
    until(&test, &[]).await;
}

#[tokio::test]
async fn silence_is_found_by_a_timer() {
    let test = TestHub::open().await;
    let tags = json!({ "contact": { "everyS": 60 } });
    let a = test.device("a", tags).await;
    add(&test, draft("contact = 'silent'")).await;
    let proof = test.log_in(&a).await;
    let (info, _device) = link();
    let attached = test.hub.device_connected(&proof, info).await.unwrap();
    test.hub
        .device_disconnected(&proof, attached.connection, "gone")
        .await
        .unwrap();
    test.pass(179);
    until(&test, &[]).await;
    test.pass(1);
    until(&test, &["a open"]).await;
    report(&test, &a, 1).await;
    until(&test, &[]).await;
}

#[tokio::test]
async fn maintenance_and_the_end_of_a_rule_end_alerts() {
    let test = TestHub::open().await;
    let a = test.device("a", json!({})).await;
    report(&test, &a, 9).await;
    let proof = test.log_in(&a).await;
    let (info, _device) = link();
    test.hub.device_connected(&proof, info).await.unwrap();
    let rule = add(&test, draft(WARM)).await;
    until(&test, &["a open"]).await;
    let step = async |step: Step| {
        let console = Access::console();
        let permit = test.hub.permit_device::<ProvisionDevices>(&console, &a);
        let change = IdentityChange {
            step: Some(step),
            ..IdentityChange::default()
        };
        let moved = test.hub.update_device(permit.unwrap(), None, change).await;
        moved.unwrap();
    };
    step(Step::EnterMaintenance).await;
    until(&test, &[]).await;
    step(Step::LeaveMaintenance).await;
    until(&test, &["a open"]).await;
    let off = RuleDraft {
        enabled: false,
        ..rule.draft.clone()
    };
    let hub = &test.hub;
    let changed = hub
        .update_alert_rule(&keep(&test), rule.id, IfMatch::Any, off)
        .await;
    until(&test, &[]).await;
    let on = rule.draft.clone();
    let unchanged = IfMatch::parse(&changed.unwrap().etag.to_string());
    hub.update_alert_rule(&keep(&test), rule.id, unchanged, on)
        .await
        .unwrap();
    until(&test, &["a open"]).await;
    hub.delete_alert_rule(&keep(&test), rule.id, None)
        .await
        .unwrap();
    until(&test, &[]).await;
}

#[tokio::test]
async fn what_belongs_together_folds() {
    let test = TestHub::open().await;
    let tags = || json!({ "location": { "site": "harbour" } });
    let mut devices = Vec::new();
    for name in ["a", "b", "c"] {
        devices.push(test.device(name, tags()).await);
    }
    let rule = RuleDraft {
        fold_by: "location.site".into(),
        fold_at: 3,
        ..draft(WARM)
    };
    add(&test, rule).await;
    report(&test, &devices[0], 9).await;
    report(&test, &devices[1], 9).await;
    until(&test, &["a open", "b open"]).await;
    report(&test, &devices[2], 9).await;
    until(&test, &["3 devices"]).await;
    let group = ids(&test).await[0];
    let permit = test.hub.permit::<SeeDevices>(&Access::console()).unwrap();
    let (_, below) = test.hub.alert(&permit, group).await.unwrap();
    assert_eq!(below.len(), 3);
    report(&test, &devices[2], 1).await;
    until(&test, &["2 devices"]).await;
    report(&test, &devices[1], 1).await;
    until(&test, &["a open"]).await;
}

#[tokio::test]
async fn a_rule_that_holds_everywhere_is_one_alert() {
    let test = TestHub::open().await;
    for n in 0..=MAX_ALERTS_PER_RULE {
        let region = if n % 2 == 0 { "north" } else { "south" };
        test.device(&format!("d{n:04}"), json!({ "region": region }))
            .await;
    }
    add(&test, draft("status = 'enabled'")).await;
    let all = format!("{} devices", MAX_ALERTS_PER_RULE + 1);
    until(&test, &[&all]).await;
    // Somebody who sees a part is told of that part, and does not decide for the rest.
    let (_, north) = test
        .person("north", &[(Role::Operator, "tags.region = 'north'")])
        .await;
    let seen = seen_by(&test, &north, AlertTab::Open).await;
    assert_eq!(seen, [format!("{} devices", MAX_ALERTS_PER_RULE / 2 + 1)]);
    let permit = test.hub.permit::<HandleAlerts>(&north).unwrap();
    let group = ids(&test).await;
    let refused = test
        .hub
        .handle_alerts(&permit, &group, Handling::Acknowledge)
        .await;
    assert!(matches!(refused, Err(ServiceError::NotFound)));
}

#[tokio::test]
async fn people_work_on_what_they_see() {
    let test = TestHub::open().await;
    let north = test.device("north", json!({ "region": "north" })).await;
    let south = test.device("south", json!({ "region": "south" })).await;
    report(&test, &north, 9).await;
    report(&test, &south, 9).await;
    add(&test, draft(WARM)).await;
    until(&test, &["north open", "south open"]).await;
    let (ann, access) = test
        .person("ann", &[(Role::Operator, "tags.region = 'north'")])
        .await;
    let seen = async |tab| seen_by(&test, &access, tab).await;
    assert_eq!(seen(AlertTab::NeedsMe).await, ["north open"]);
    let all = ids(&test).await;
    let permit = test.hub.permit::<HandleAlerts>(&access).unwrap();
    let act = async |handling| test.hub.handle_alerts(&permit, &all, handling).await;
    assert_eq!(act(Handling::Snooze(60_000)).await.unwrap(), 1);
    assert_eq!(seen(AlertTab::NeedsMe).await, Vec::<String>::new());
    assert_eq!(seen(AlertTab::Snoozed).await, ["north open"]);
    test.pass(61);
    assert_eq!(seen(AlertTab::NeedsMe).await, ["north open"]);
    assert_eq!(act(Handling::Take).await.unwrap(), 1);
    assert_eq!(act(Handling::Acknowledge).await.unwrap(), 1);
    assert_eq!(
        act(Handling::Comment("loose mount".into())).await.unwrap(),
        1
    );
    let see = test.hub.permit::<SeeDevices>(&access).unwrap();
    let tally = test.hub.alert_tally(&see).await.unwrap();
    let want = Tally {
        needs_me: 1,
        open: 1,
        snoozed: 0,
    };
    assert_eq!(tally, want);
    let found = test.hub.alerts_of_device(
        &test
            .hub
            .permit_device::<SeeDevices>(&access, &north)
            .unwrap(),
    );
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].state, State::Acknowledged);
    assert_eq!(found[0].assignee.as_ref().map(|one| one.id), Some(ann.id));
    assert!(matches!(
        test.hub.permit::<DirectAlerts>(&access),
        Err(ServiceError::Forbidden(Action::DirectAlerts))
    ));
    let others = seen_by(&test, &Access::console(), AlertTab::Open).await;
    assert_eq!(others, ["north acknowledged", "south open"]);
    let console = test.hub.permit::<DirectAlerts>(&Access::console()).unwrap();
    let given = Direction::Assign(Some(ann.id));
    let done = test.hub.direct_alerts(&console, &all, given).await;
    assert_eq!(done.unwrap(), 1);
    let done = test.hub.direct_alerts(&console, &all, Direction::Escalate);
    assert_eq!(done.await.unwrap(), 2);
}

#[tokio::test]
async fn nobody_acts_and_it_is_passed_on() {
    let test = TestHub::open().await;
    let a = test.device("a", json!({})).await;
    report(&test, &a, 9).await;
    let rule = RuleDraft {
        escalate_after_s: 300,
        ..draft(WARM)
    };
    add(&test, rule).await;
    until(&test, &["a open"]).await;
    test.pass(300);
    let permit = test.hub.permit::<SeeDevices>(&Access::console()).unwrap();
    let id = ids(&test).await[0];
    let asked = async {
        while test
            .hub
            .alert(&permit, id)
            .await
            .unwrap()
            .0
            .escalated_at
            .is_none()
        {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let done = tokio::time::timeout(Duration::from_secs(20), asked).await;
    assert!(done.is_ok(), "it was never passed on");
}

#[tokio::test]
async fn rules_belong_to_those_who_see_everything() {
    let test = TestHub::open().await;
    let scope = "tags.region = 'north'";
    let (_, part) = test.person("part", &[(Role::Supervisor, scope)]).await;
    let permit = test.hub.permit::<KeepAlertRules>(&part).unwrap();
    let refused = test.hub.create_alert_rule(&permit, draft(WARM)).await;
    assert!(matches!(refused, Err(ServiceError::Invalid(_))));
    let wrong = RuleDraft {
        condition: "lastActivityTime > '2026'".into(),
        ..draft(WARM)
    };
    let refused = test.hub.create_alert_rule(&keep(&test), wrong).await;
    assert!(matches!(refused, Err(ServiceError::Invalid(_))));
}
