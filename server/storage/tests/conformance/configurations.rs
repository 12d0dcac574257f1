//! Configurations and the devices they cover.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use muster_core::configuration::{Configuration, Content, Draft, MAX_CONFIGURATIONS, Status};
use muster_core::device::{ETag, IfMatch};
use muster_core::event::{Actor, EventKind, NewEvent};
use muster_core::ids::{ConfigurationId, ModuleId};
use muster_core::module::{Module, ModuleSummary};
use muster_core::twin::{Mode, ServiceWrite};
use muster_storage::{
    ApplyOutcome, Change, ConfigurationOutcome, Covered, CoveredModule, Standing, Store,
    WriteOutcome,
};
use serde_json::{Value, json};

use super::place::{Place, ann, at, device, event, id, make};

fn name(text: &str) -> ConfigurationId {
    ConfigurationId::new(text).unwrap()
}

fn saved() -> NewEvent {
    event(EventKind::ConfigurationSaved, None, ann())
}

fn draft(content: Value, priority: i32) -> Draft {
    Draft {
        schema_version: "1.0".into(),
        labels: BTreeMap::from([("team".into(), "ops".into())]),
        content: Content::parse(&json!({ "deviceContent": content })).unwrap(),
        target: "tags.ring = 2".into(),
        priority,
        metrics: BTreeMap::from([("done".into(), "SELECT deviceId FROM devices".into())]),
    }
}

async fn add(store: &Store, id: &str, draft: Draft) -> Configuration {
    match store
        .insert_configuration(name(id), draft, saved())
        .await
        .unwrap()
    {
        ConfigurationOutcome::Done(made) => made,
        other => panic!("{other:?}"),
    }
}

async fn known(store: &Store) -> Arc<[Configuration]> {
    store.configurations().await.unwrap().into()
}

/// Applies these configurations, and no others, to a device.
async fn apply(store: &Store, device: &str, numbers: &[i64], because: Option<Actor>) -> usize {
    let covered = vec![Covered {
        device: id(device),
        numbers: numbers.to_vec(),
        because,
    }];
    let done = store
        .apply_configurations(known(store).await, covered, at(9))
        .await;
    match done.unwrap() {
        ApplyOutcome::Done { written } => written,
        ApplyOutcome::Stale => panic!("they were just read"),
    }
}

async fn desired(store: &Store, device: &str) -> Value {
    let row = store.find_twin(&id(device)).await.unwrap().unwrap();
    Value::Object(row.twin.desired.value)
}

async fn standings(store: &Store, device: &str) -> Vec<Standing> {
    let mut all = store.standings(&[id(device)]).await.unwrap();
    all.remove(&id(device)).unwrap_or_default()
}

async fn statuses(store: &Store, device: &str) -> Vec<(String, Status)> {
    let all = standings(store, device).await;
    all.into_iter()
        .map(|s| (s.id.to_string(), s.status))
        .collect()
}

pub(crate) async fn configurations_come_back(place: &Place) {
    let store = place.open().await;
    let wanted = draft(json!({"properties.desired.a": 1}), -3);
    let made = add(&store, "ring2", wanted.clone()).await;
    assert_eq!((made.etag, made.evaluated_at), (ETag::FIRST, None));
    assert_eq!(made.draft, wanted);
    let again = store
        .insert_configuration(name("ring2"), wanted.clone(), saved())
        .await;
    assert_eq!(again.unwrap(), ConfigurationOutcome::AlreadyExists);
    store
        .note_evaluated(vec![made.number], at(5))
        .await
        .unwrap();
    store.close().await;
    let store = place.open().await;
    let read = store.configurations().await.unwrap();
    let want = Configuration {
        evaluated_at: Some(at(5)),
        ..made.clone()
    };
    assert_eq!(read, [want]);
    let changed = draft(json!({"properties.desired.b": 1}), 7);
    let stale = IfMatch::exactly(made.etag.next());
    let done = store
        .update_configuration(name("ring2"), stale, changed.clone(), saved())
        .await;
    assert_eq!(done.unwrap(), WriteOutcome::Conflict { current: made.etag });
    let exact = IfMatch::exactly(made.etag);
    let done = store
        .update_configuration(name("ring2"), exact, changed.clone(), saved())
        .await;
    let WriteOutcome::Done(after) = done.unwrap() else {
        panic!()
    };
    assert_eq!(
        (after.number, after.etag, &after.draft),
        (made.number, made.etag.next(), &changed)
    );
    assert_eq!(after.created_at, made.created_at);
    let none = store
        .update_configuration(name("x"), IfMatch::Any, changed.clone(), saved())
        .await;
    assert_eq!(none.unwrap(), WriteOutcome::NotFound);
    let gone = || event(EventKind::ConfigurationDeleted, None, ann());
    let stale = Some(IfMatch::exactly(made.etag));
    let done = store
        .delete_configuration(name("ring2"), stale, gone())
        .await;
    assert_eq!(
        done.unwrap(),
        WriteOutcome::Conflict {
            current: after.etag
        }
    );
    let done = store
        .delete_configuration(name("ring2"), None, gone())
        .await;
    assert_eq!(done.unwrap(), WriteOutcome::Done(made.number));
    let done = store
        .delete_configuration(name("ring2"), None, gone())
        .await;
    assert_eq!(done.unwrap(), WriteOutcome::NotFound);
    // Numbers are not used again.
    assert!(add(&store, "ring2", wanted).await.number > made.number);
    store.close().await;
}

pub(crate) async fn there_are_so_many_configurations_at_most(place: &Place) {
    let store = place.open().await;
    for number in 0..MAX_CONFIGURATIONS {
        add(&store, &format!("c{number}"), draft(json!({}), 0)).await;
    }
    let more = store
        .insert_configuration(name("more"), draft(json!({}), 0), saved())
        .await;
    assert_eq!(more.unwrap(), ConfigurationOutcome::TooMany);
    store.close().await;
}

pub(crate) async fn applying_writes_twins_and_standings(place: &Place) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hook = heard.clone();
    let store = place
        .open_with(Arc::new(move |batch| {
            for committed in batch {
                if let Change::Configurations { id, standing } = &committed.change {
                    hook.lock()
                        .unwrap()
                        .push((id.to_string(), standing.clone()));
                }
            }
        }))
        .await;
    make(&store, "near").await;
    let low = add(&store, "low", draft(json!({"properties.desired.a": 1}), 1))
        .await
        .number;
    let both = json!({"properties.desired.a": 2, "properties.desired.b": {"c": 3}});
    let high = add(&store, "high", draft(both, 2)).await.number;
    assert_eq!(apply(&store, "near", &[low], None).await, 1);
    assert_eq!(desired(&store, "near").await, json!({"a": 1}));
    assert_eq!(
        statuses(&store, "near").await,
        [("low".into(), Status::Applied)]
    );
    // Again: nothing to write, nothing to tell.
    let told = heard.lock().unwrap().len();
    assert_eq!(apply(&store, "near", &[low], None).await, 0);
    assert_eq!(heard.lock().unwrap().len(), told);
    assert_eq!(apply(&store, "near", &[low, high], None).await, 1);
    assert_eq!(
        desired(&store, "near").await,
        json!({"a": 2, "b": {"c": 3}})
    );
    let want = [
        ("low".into(), Status::Targeted),
        ("high".into(), Status::Applied),
    ];
    assert_eq!(statuses(&store, "near").await, want);
    // The next lower one takes over; what the other one wrote alone stays.
    assert_eq!(apply(&store, "near", &[low], None).await, 1);
    assert_eq!(
        desired(&store, "near").await,
        json!({"a": 1, "b": {"c": 3}})
    );
    assert_eq!(apply(&store, "near", &[], None).await, 0);
    assert_eq!(statuses(&store, "near").await, []);
    let last = heard.lock().unwrap().last().cloned();
    assert_eq!(last, Some(("near".into(), vec![])));
    // Who wrote what is in the timeline.
    let page = store
        .events(muster_storage::EventQuery::default())
        .await
        .unwrap();
    let by: Vec<String> = page
        .rows
        .iter()
        .filter(|event| event.kind == EventKind::DesiredChanged)
        .map(|event| match &event.actor {
            Actor::Configuration { id } => id.to_string(),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(by, ["low", "high", "low"]);
    store.close().await;
}

pub(crate) async fn a_change_of_somebody_is_put_back_once(place: &Place) {
    let store = place.open().await;
    make(&store, "near").await;
    let number = add(
        &store,
        "ring2",
        draft(json!({"properties.desired.a": 1}), 1),
    )
    .await
    .number;
    apply(&store, "near", &[number], None).await;
    let write = ServiceWrite {
        mode: Mode::Merge,
        tags: None,
        desired: Some(json!({"a": 5, "z": 1})),
    };
    store
        .write_twin(id("near"), write, None, ann(), at(3))
        .await
        .unwrap();
    assert_eq!(apply(&store, "near", &[number], Some(ann())).await, 1);
    assert_eq!(desired(&store, "near").await, json!({"a": 1, "z": 1}));
    let contest = standings(&store, "near").await.remove(0).contest.unwrap();
    assert_eq!((contest.actor, contest.at), (ann(), at(9)));
    assert_eq!(apply(&store, "near", &[number], Some(ann())).await, 0);
    assert!(standings(&store, "near").await[0].contest.is_some());
    store.close().await;
}

pub(crate) async fn what_has_no_room_is_said(place: &Place) {
    let store = place.open().await;
    make(&store, "full").await;
    let texts: BTreeMap<String, String> =
        (0..7).map(|n| (n.to_string(), "x".repeat(4000))).collect();
    let write = ServiceWrite {
        mode: Mode::Merge,
        tags: None,
        desired: Some(json!(texts)),
    };
    store
        .write_twin(id("full"), write, None, ann(), at(3))
        .await
        .unwrap();
    let more = json!({"properties.desired.a": {"b": "x".repeat(4000), "c": "x".repeat(4000)}});
    let large = add(&store, "large", draft(more, 2)).await.number;
    let small = add(
        &store,
        "small",
        draft(json!({"properties.desired.d": 1}), 1),
    )
    .await
    .number;
    assert_eq!(apply(&store, "full", &[large, small], None).await, 1);
    let found = standings(&store, "full").await;
    assert_eq!(found[0].status, Status::Targeted);
    assert!(
        found[0].problem.as_ref().unwrap().contains("more than"),
        "{found:?}"
    );
    assert_eq!(
        (found[1].status, &found[1].problem),
        (Status::Applied, &None)
    );
    store.close().await;
}

pub(crate) async fn stale_callers_change_nothing(place: &Place) {
    let store = place.open().await;
    make(&store, "near").await;
    let made = add(
        &store,
        "ring2",
        draft(json!({"properties.desired.a": 1}), 1),
    )
    .await;
    let before = known(&store).await;
    let change = draft(json!({"properties.desired.a": 2}), 1);
    store
        .update_configuration(name("ring2"), IfMatch::Any, change, saved())
        .await
        .unwrap();
    let covered = || {
        vec![Covered {
            device: id("near"),
            numbers: vec![made.number],
            because: None,
        }]
    };
    let done = store.apply_configurations(before, covered(), at(9)).await;
    assert_eq!(done.unwrap(), ApplyOutcome::Stale);
    assert_eq!(desired(&store, "near").await, json!({}));
    let done = store
        .apply_configurations(known(&store).await, covered(), at(9))
        .await;
    assert_eq!(done.unwrap(), ApplyOutcome::Done { written: 1 });
    store.close().await;
}

pub(crate) async fn covered_devices_are_walked(place: &Place) {
    let store = place.open().await;
    let first = add(
        &store,
        "first",
        draft(json!({"properties.desired.a": 1}), 1),
    )
    .await
    .number;
    let second = add(
        &store,
        "second",
        draft(json!({"properties.desired.b": 1}), 1),
    )
    .await
    .number;
    for device in ["a", "b", "c"] {
        make(&store, device).await;
    }
    apply(&store, "a", &[first], None).await;
    apply(&store, "b", &[first, second], None).await;
    apply(&store, "c", &[second], None).await;
    let walk = async |number: Option<i64>| {
        let (mut after, mut found) = (Some(0), Vec::new());
        while let Some(from) = after {
            let page = store.covered_devices(number, from, 1).await.unwrap();
            found.extend(page.devices.iter().map(ToString::to_string));
            after = page.next;
        }
        found
    };
    assert_eq!(walk(Some(first)).await, ["a", "b"]);
    assert_eq!(walk(None).await, ["a", "b", "c"]);
    let values = store
        .status_values("second", 0, i64::MAX)
        .await
        .unwrap()
        .values;
    let want = ["b", "c"].map(|device| (id(device), Some(json!("Applied"))));
    assert_eq!(values, want);
    // Its devices are still found when it is gone, but it no longer stands anywhere.
    let gone = event(EventKind::ConfigurationDeleted, None, ann());
    store
        .delete_configuration(name("first"), None, gone)
        .await
        .unwrap();
    assert_eq!(walk(Some(first)).await, ["a", "b"]);
    assert_eq!(
        statuses(&store, "b").await,
        [("second".into(), Status::Applied)]
    );
    assert_eq!(statuses(&store, "a").await, []);
    apply(&store, "a", &[], None).await;
    assert_eq!(walk(Some(first)).await, ["b"]);
    // With a device its rows go.
    let deleted = event(EventKind::DeviceDeleted, Some("b"), ann());
    store.delete_device(id("b"), None, deleted).await.unwrap();
    assert_eq!(walk(None).await, ["c"]);
    store.close().await;
}

pub(crate) async fn modules_are_covered_too(place: &Place) {
    let store = place.open().await;
    make(&store, "near").await;
    let inside = ModuleId::new("inside").unwrap();
    let like = device("near");
    let module = Module {
        summary: ModuleSummary {
            device: id("near"),
            id: inside.clone(),
            generation: like.generation,
            etag: ETag::FIRST,
            auth: like.authentication.kind(),
            managed_by: None,
            model_id: String::new(),
            created_at: at(0),
            last_activity_at: None,
        },
        authentication: like.authentication,
    };
    let made = event(EventKind::ModuleCreated, Some("near"), ann());
    store.insert_module(module, made).await.unwrap();
    let content = Content::parse(&json!({"moduleContent": {"properties.desired.a": 1}})).unwrap();
    let number = add(
        &store,
        "inner",
        Draft {
            content,
            ..draft(json!({}), 0)
        },
    )
    .await
    .number;
    let apply = async |numbers: Vec<i64>| {
        let covered = CoveredModule {
            device: id("near"),
            module: inside.clone(),
            numbers,
            because: None,
        };
        store
            .apply_to_module(known(&store).await, covered, at(9))
            .await
            .unwrap()
    };
    assert_eq!(apply(vec![number]).await, ApplyOutcome::Done { written: 1 });
    assert_eq!(apply(vec![number]).await, ApplyOutcome::Done { written: 0 });
    let row = store
        .find_module_twin(&id("near"), &inside)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(Value::Object(row.twin.desired.value), json!({"a": 1}));
    for of in [None, Some(id("near"))] {
        let found = store.module_standings(of.as_ref()).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(
            (&found[0].module, found[0].standing.status),
            (&inside, Status::Applied)
        );
    }
    assert_eq!(
        store.module_standings(Some(&id("other"))).await.unwrap(),
        []
    );
    apply(vec![]).await;
    assert_eq!(store.module_standings(None).await.unwrap(), []);
    store.close().await;
}
