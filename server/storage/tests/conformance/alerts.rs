//! Alerts and their rules.

use std::sync::{Arc, Mutex};

use muster_core::alert::{
    Act, Alert, AlertId, BadAct, Rule, RuleDraft, RuleId, Severity, State, Why,
};
use muster_core::cursor::Page;
use muster_core::device::{ETag, IfMatch};
use muster_core::event::{EventKind, NewEvent};
use muster_storage::{AlertStep, AlertWrite, Change, RuleOutcome, Store, WriteOutcome};

use super::place::{Place, ann, at, event, id, make};

fn draft(name: &str) -> RuleDraft {
    RuleDraft {
        name: name.into(),
        severity: Severity::Critical,
        condition: "properties.reported.temperature > 8".into(),
        for_s: 60,
        clear: "properties.reported.temperature < 6".into(),
        clear_for_s: 30,
        scope: "tags.kind = 'cold'".into(),
        fold_by: "location.site".into(),
        fold_at: 3,
        mute_maintenance: true,
        mute_window: None,
        escalate_after_s: 600,
        enabled: true,
    }
}

fn saved() -> NewEvent {
    event(EventKind::AlertRuleSaved, None, ann())
}

async fn add(store: &Store, name: &str) -> Rule {
    match store.insert_alert_rule(draft(name), saved()).await.unwrap() {
        RuleOutcome::Done(rule) => rule,
        other => panic!("{other:?}"),
    }
}

fn pending(rule: RuleId, device: Option<&str>, fold: &str) -> Alert {
    let named = (rule, &draft("Warm"));
    Alert::pending(named, device.map(id), fold.into(), at(0), at(60))
}

fn begin(rule: RuleId, device: Option<&str>, fold: &str) -> AlertWrite {
    let alert = Box::new(pending(rule, device, fold));
    (AlertStep::Begin(alert), None)
}

fn act(alert: AlertId, act: Act) -> AlertWrite {
    let by = Some("Ann".to_owned());
    let kind = EventKind::AlertHandled;
    let step = AlertStep::Act { id: alert, act, by };
    (step, Some(event(kind, None, ann())))
}

/// Writes one thing `s` seconds after the beginning.
async fn write(store: &Store, write: AlertWrite, s: i64) -> Option<Result<Alert, BadAct>> {
    let mut done = store.write_alerts(vec![write], at(s)).await.unwrap();
    done.pop().unwrap()
}

/// An open alert of a device.
async fn open(store: &Store, rule: RuleId, device: &str, s: i64) -> Alert {
    let made = write(store, begin(rule, Some(device), ""), s).await;
    let made = made.unwrap().unwrap();
    write(store, act(made.id, Act::Open), s)
        .await
        .unwrap()
        .unwrap()
}

pub(crate) async fn rules_come_back(place: &Place) {
    let store = place.open().await;
    let warm = add(&store, "Warm").await;
    assert_eq!((&warm.draft, warm.etag), (&draft("Warm"), ETag::FIRST));
    let taken = store.insert_alert_rule(draft("Warm"), saved()).await;
    assert_eq!(taken.unwrap(), RuleOutcome::NameTaken);
    let cold = add(&store, "Cold").await;
    let update =
        |id, if_match, name: &str| store.update_alert_rule(id, if_match, draft(name), saved());
    let stale = IfMatch::parse(&ETag(7).to_string());
    let conflict = update(cold.id, stale, "Frost").await.unwrap();
    assert_eq!(
        conflict,
        RuleOutcome::Conflict {
            current: ETag::FIRST
        }
    );
    let taken = update(cold.id, IfMatch::Any, "Warm").await.unwrap();
    assert_eq!(taken, RuleOutcome::NameTaken);
    let frost = Rule {
        id: cold.id,
        draft: draft("Frost"),
        etag: ETag(2),
    };
    let done = update(cold.id, IfMatch::Any, "Frost").await.unwrap();
    assert_eq!(done, RuleOutcome::Done(frost.clone()));
    assert_eq!(store.alert_rules().await.unwrap(), [warm.clone(), frost]);
    let gone = store.delete_alert_rule(warm.id, None, saved()).await;
    assert_eq!(gone.unwrap(), WriteOutcome::Done(()));
    let gone = store.delete_alert_rule(warm.id, None, saved()).await;
    assert_eq!(gone.unwrap(), WriteOutcome::NotFound);
}

pub(crate) async fn one_alert_lives_per_rule_and_device(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    make(&store, "b").await;
    let (one, two) = (add(&store, "one").await.id, add(&store, "two").await.id);
    let writes = vec![
        begin(one, Some("a"), "x"),
        begin(one, Some("a"), "y"),
        begin(one, Some("b"), "x"),
        begin(two, Some("a"), ""),
        begin(one, None, "x"),
        begin(one, None, "x"),
        begin(one, None, ""),
        begin(one, Some("nobody"), ""),
    ];
    let done = store.write_alerts(writes, at(0)).await.unwrap();
    let made: Vec<bool> = done.iter().map(Option::is_some).collect();
    assert_eq!(made, [true, false, true, true, true, false, true, false]);
    let living = store.live_alerts().await.unwrap();
    assert_eq!(living.len(), 5);
    assert_eq!(living[0].device, Some(id("a")));
    store.close().await;
    // The database itself refuses a second one, whoever writes it; beside one that is over there is room.
    let second = "INSERT INTO alert (alert_id, rule_id, device_key, fold, live, body)
                  SELECT alert_id + 900, rule_id, device_key, fold, 1, body FROM alert WHERE alert_id = 1
                  ON CONFLICT DO NOTHING";
    assert_eq!(place.tamper(second).await, 0);
    let over = "INSERT INTO alert (alert_id, rule_id, device_key, fold, live, body)
                SELECT alert_id + 900, rule_id, device_key, fold, 0, body FROM alert WHERE alert_id = 1
                ON CONFLICT DO NOTHING";
    assert_eq!(place.tamper(over).await, 1);
}

pub(crate) async fn what_is_done_is_kept_with_its_event(place: &Place) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hook = {
        let heard = heard.clone();
        Arc::new(move |batch: &[muster_storage::Committed]| {
            heard.lock().unwrap().extend(batch.iter().cloned());
        })
    };
    let store = place.open_with(hook).await;
    make(&store, "a").await;
    let rule = add(&store, "one").await.id;
    let alert = open(&store, rule, "a", 5).await;
    assert_eq!((alert.state, alert.opened_at), (State::Open, Some(at(5))));
    heard.lock().unwrap().clear();
    let known = write(&store, act(alert.id, Act::Acknowledge), 6).await;
    let known = known.unwrap().unwrap();
    assert_eq!(known.state, State::Acknowledged);
    // What changes nothing is told to nobody.
    assert_eq!(
        write(&store, act(alert.id, Act::Acknowledge), 7).await,
        None
    );
    {
        let heard = heard.lock().unwrap();
        assert_eq!(heard.len(), 1);
        assert_eq!(heard[0].events[0].detail["alert"], alert.id.0);
        let alerts = vec![known.clone()];
        let gone = vec![];
        assert_eq!(heard[0].change, Change::Alerts { alerts, gone });
    }
    assert_eq!(store.find_alert(alert.id).await.unwrap(), Some(known));
    let forgotten = (AlertStep::Forget(alert.id), None);
    write(&store, forgotten, 8).await;
    assert!(store.find_alert(alert.id).await.unwrap().is_some());
    let ended = write(&store, act(alert.id, Act::Resolve(Why::Cleared)), 9).await;
    assert_eq!(ended.unwrap().unwrap().resolved_at, Some(at(9)));
    let late = write(&store, act(alert.id, Act::Acknowledge), 10).await;
    assert_eq!(late, Some(Err(BadAct::NotActive)));
    assert_eq!(store.live_alerts().await.unwrap(), []);
}

pub(crate) async fn what_comes_back_soon_is_counted(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    let rule = add(&store, "one").await.id;
    let check = async |begins: i64, flaps: u32| {
        let alert = open(&store, rule, "a", begins).await;
        assert_eq!(alert.flaps, flaps, "{begins}");
        let end = act(alert.id, Act::Resolve(Why::Cleared));
        write(&store, end, begins + 1).await.unwrap().unwrap();
    };
    check(0, 0).await;
    check(100, 1).await;
    check(200, 2).await;
    check(200 + 601, 0).await;
}

pub(crate) async fn ended_alerts_walk_both_ways(place: &Place) {
    let store = place.open().await;
    let rule = add(&store, "one").await.id;
    for n in 0..5_i64 {
        let name = format!("d{n}");
        make(&store, &name).await;
        let alert = open(&store, rule, &name, 0).await;
        let end = act(alert.id, Act::Resolve(Why::Cleared));
        write(&store, end, 100 - n).await.unwrap().unwrap();
    }
    let names = |page: &Page<Alert>| -> Vec<String> {
        let rows = page.rows.iter();
        rows.map(|alert| alert.device.as_ref().unwrap().to_string())
            .collect()
    };
    let first = store.ended_alerts(None, 2).await.unwrap();
    assert_eq!(names(&first), ["d0", "d1"]);
    assert_eq!(first.previous, None);
    let second = store.ended_alerts(first.next.as_deref(), 2).await.unwrap();
    assert_eq!(names(&second), ["d2", "d3"]);
    let third = store.ended_alerts(second.next.as_deref(), 2).await.unwrap();
    assert_eq!((names(&third), &third.next), (vec!["d4".to_owned()], &None));
    let back = store.ended_alerts(second.previous.as_deref(), 2).await;
    assert_eq!(names(&back.unwrap()), ["d0", "d1"]);
    assert!(!store.forget_alerts(at(98), 10).await.unwrap());
    let left = store.ended_alerts(None, 10).await.unwrap();
    assert_eq!(names(&left), ["d0", "d1", "d2"]);
}

pub(crate) async fn alerts_go_with_their_device(place: &Place) {
    let store = place.open().await;
    make(&store, "a").await;
    let rule = add(&store, "one").await.id;
    let alert = open(&store, rule, "a", 0).await;
    let deleted = event(EventKind::DeviceDeleted, Some("a"), ann());
    store.delete_device(id("a"), None, deleted).await.unwrap();
    assert_eq!(store.find_alert(alert.id).await.unwrap(), None);
    assert_eq!(
        write(&store, act(alert.id, Act::Acknowledge), 1).await,
        None
    );
}
