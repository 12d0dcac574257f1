//! Configurations: what they make of devices, now and later, and what is said about that.

use std::collections::BTreeMap;
use std::time::Duration;

use muster_core::configuration::{BadConfiguration, Configuration, Content, Draft};
use muster_core::device::IfMatch;
use muster_core::event::{Actor, EventKind};
use muster_core::ids::{ConfigurationId, DeviceId, ModuleId};
use muster_core::lifecycle::Step;
use muster_core::policy::Role;
use muster_query::Condition;
use muster_service::access::kinds::{KeepConfigurations, ProvisionDevices, SeeDevices};
use muster_service::configurations::{ConfigurationEdit, Counts, conditions};
use muster_service::modules::NewModule;
use muster_service::registry::IdentityChange;
use muster_service::{Access, Permit, ServiceError, ToDevice};
use serde_json::{Value, json};

use crate::support::{TestHub, link};

#[path = "configurations/figures.rs"]
mod figures;

fn name(text: &str) -> ConfigurationId {
    ConfigurationId::new(text).unwrap()
}

fn draft(target: &str, priority: i32, content: Value) -> Draft {
    Draft {
        schema_version: "1.0".into(),
        labels: BTreeMap::new(),
        content: Content::parse(&json!({ "deviceContent": content })).unwrap(),
        target: target.into(),
        priority,
        metrics: BTreeMap::new(),
    }
}

fn edit(draft: Draft) -> ConfigurationEdit {
    ConfigurationEdit {
        labels: draft.labels,
        content: Some(draft.content),
        target: draft.target,
        priority: draft.priority,
        metrics: draft.metrics,
    }
}

fn keep(test: &TestHub) -> Permit<KeepConfigurations> {
    test.hub.permit(&Access::console()).unwrap()
}

fn see(test: &TestHub) -> Permit<SeeDevices> {
    test.hub.permit(&Access::console()).unwrap()
}

async fn add(test: &TestHub, id: &str, draft: Draft) -> Configuration {
    let made = test
        .hub
        .create_configuration(&keep(test), name(id), draft)
        .await;
    made.unwrap()
}

async fn counts(test: &TestHub, id: &str) -> (usize, usize, usize) {
    let permit = see(test);
    let found = test.hub.configuration(&permit, &name(id)).unwrap();
    let Counts {
        targeted,
        applied,
        drifted,
    } = test
        .hub
        .configuration_counts(&permit, &found)
        .await
        .unwrap();
    (targeted, applied, drifted)
}

async fn twin(test: &TestHub, id: &DeviceId) -> Value {
    let permit = test
        .hub
        .permit_device::<SeeDevices>(&Access::console(), id)
        .unwrap();
    let (twin, _) = test.hub.twin_document(&permit).await.unwrap();
    twin.into()
}

async fn desired(test: &TestHub, id: &DeviceId) -> Value {
    let mut desired = twin(test, id).await["properties"]["desired"].take();
    let desired = desired.as_object_mut().unwrap();
    desired.retain(|key, _| !key.starts_with('$'));
    json!(desired)
}

/// Asks until the answer is the wanted one; a test whose engine never gets there fails after a while.
async fn until<T: PartialEq + std::fmt::Debug>(want: T, ask: impl AsyncFn() -> T) {
    let asked = async {
        while ask().await != want {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    if tokio::time::timeout(Duration::from_secs(20), asked)
        .await
        .is_err()
    {
        assert_eq!(ask().await, want, "never came about");
    }
}

#[tokio::test]
async fn current_and_later_devices_are_covered() {
    let test = TestHub::open().await;
    let near = test.device("near", json!({"ring": 2})).await;
    let far = test.device("far", json!({"ring": 3})).await;
    add(
        &test,
        "ring2",
        draft(
            "tags.ring = 2",
            10,
            json!({"properties.desired.fw": {"v": "2"}}),
        ),
    )
    .await;
    until((1, 1, 1), async || counts(&test, "ring2").await).await;
    assert_eq!(desired(&test, &near).await, json!({"fw": {"v": "2"}}));
    assert_eq!(
        twin(&test, &near).await["configurations"],
        json!({"ring2": {"status": "Applied"}})
    );
    assert_eq!(twin(&test, &far).await.get("configurations"), None);
    // A device that comes later, one that comes to match, and one that no longer does.
    let late = test.device("late", json!({"ring": 2})).await;
    test.patch(&far, Some(json!({"ring": 2})), None).await;
    until((3, 3, 3), async || counts(&test, "ring2").await).await;
    assert_eq!(desired(&test, &late).await, json!({"fw": {"v": "2"}}));
    test.patch(&near, Some(json!({"ring": null})), None).await;
    until((2, 2, 2), async || counts(&test, "ring2").await).await;
    // What was written stays.
    assert_eq!(desired(&test, &near).await, json!({"fw": {"v": "2"}}));
    assert_eq!(twin(&test, &near).await.get("configurations"), None);
    // Reported as desired: no drift.
    let proof = test.log_in(&late).await;
    test.hub
        .device_report(&proof, json!({"fw": {"v": "2"}}), None)
        .await
        .unwrap();
    until((2, 2, 1), async || counts(&test, "ring2").await).await;
}

#[tokio::test]
async fn the_higher_priority_wins_and_the_next_one_follows() {
    let test = TestHub::open().await;
    let id = test.device("near", json!({"ring": 2})).await;
    let path = |value: u8| json!({"properties.desired.level": value});
    add(&test, "low", draft("*", 1, path(1))).await;
    let high = add(&test, "high", draft("tags.ring = 2", 5, path(5))).await;
    until(json!({"level": 5}), async || desired(&test, &id).await).await;
    until((1, 0, 0), async || counts(&test, "low").await).await;
    let permit = test
        .hub
        .permit_device::<SeeDevices>(&Access::console(), &id)
        .unwrap();
    let all = test.hub.configurations_of(&permit).await.unwrap();
    let ids: Vec<&str> = all
        .iter()
        .map(|one| one.configuration.id.as_str())
        .collect();
    assert_eq!(ids, ["high", "low"]);
    assert_eq!(all[1].lost[0].to, name("high"));
    let conflicts = test.hub.configuration_conflicts(&see(&test)).await.unwrap();
    assert_eq!(conflicts.len(), 1);
    let conflict = &conflicts[0];
    assert_eq!(
        (&conflict.winner, &conflict.loser, conflict.devices),
        (&name("high"), &name("low"), 1)
    );
    // Of equal priorities the later made wins.
    add(&test, "later", draft("*", 5, path(6))).await;
    until(json!({"level": 6}), async || desired(&test, &id).await).await;
    // Priority can be taken away again.
    let lower = edit(draft("*", 0, path(6)));
    test.hub
        .update_configuration(&keep(&test), name("later"), IfMatch::Any, lower)
        .await
        .unwrap();
    until(json!({"level": 5}), async || desired(&test, &id).await).await;
    let stale = Some(IfMatch::exactly(high.etag.next()));
    let refused = test
        .hub
        .delete_configuration(&keep(&test), name("high"), stale)
        .await;
    assert!(matches!(refused, Err(ServiceError::Conflict { .. })));
    test.hub
        .delete_configuration(&keep(&test), name("high"), None)
        .await
        .unwrap();
    until(json!({"level": 1}), async || desired(&test, &id).await).await;
    test.hub
        .delete_configuration(&keep(&test), name("later"), None)
        .await
        .unwrap();
    test.hub
        .delete_configuration(&keep(&test), name("low"), None)
        .await
        .unwrap();
    until(None, async || {
        twin(&test, &id).await.get("configurations").cloned()
    })
    .await;
    assert_eq!(desired(&test, &id).await, json!({"level": 1}));
}

#[tokio::test]
async fn a_persons_change_is_put_back_once_and_named() {
    let test = TestHub::open().await;
    let id = test.device("near", json!({})).await;
    add(
        &test,
        "all",
        draft("*", 0, json!({"properties.desired.level": 1})),
    )
    .await;
    until((1, 1, 1), async || counts(&test, "all").await).await;
    let proof = test.log_in(&id).await;
    let (info, mut link) = link();
    test.hub.device_connected(&proof, info).await.unwrap();
    test.patch(&id, None, Some(json!({"level": 9, "own": true})))
        .await;
    until(json!({"level": 1, "own": true}), async || {
        desired(&test, &id).await
    })
    .await;
    let permit = test
        .hub
        .permit_device::<SeeDevices>(&Access::console(), &id)
        .unwrap();
    let all = test.hub.configurations_of(&permit).await.unwrap();
    assert_eq!(
        all[0].standing.contest.as_ref().unwrap().actor,
        Actor::Console
    );
    // The device was told of both, in order.
    let told = |notice| match notice {
        Some(ToDevice::Desired(payload)) => payload["level"].clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(told(link.recv().await), 9);
    assert_eq!(told(link.recv().await), 1);
    // What it does not name is left alone.
    test.patch(&id, None, Some(json!({"own": false}))).await;
    assert_eq!(desired(&test, &id).await, json!({"level": 1, "own": false}));
    let events = test.hub.timeline(&permit, None, 50);
    let events = events.await.unwrap().rows;
    let by_configuration = events.iter().filter(|event| {
        event.kind == EventKind::DesiredChanged
            && matches!(event.actor, Actor::Configuration { .. })
    });
    assert_eq!(by_configuration.count(), 2);
}

#[tokio::test]
async fn queries_select_exactly_the_applied_devices() {
    let test = TestHub::open().await;
    for n in 0..30 {
        test.device(&format!("d{n:02}"), json!({"ring": n % 3, "n": n}))
            .await;
    }
    add(
        &test,
        "ring-1",
        draft("tags.ring = 1", 0, json!({"properties.desired.a": 1})),
    )
    .await;
    add(
        &test,
        "few",
        draft("tags.n < 6", 9, json!({"properties.desired.a": 2})),
    )
    .await;
    until((10, 8, 8), async || counts(&test, "ring-1").await).await;
    until((6, 6, 6), async || counts(&test, "few").await).await;
    let ask = async |condition: &str| {
        let text = format!("SELECT deviceId FROM devices WHERE {condition}");
        let query = text.parse().unwrap();
        let answer = test
            .hub
            .query(&see(&test), &query, Default::default())
            .await;
        answer.unwrap().rows.len()
    };
    assert_eq!(ask("configurations.[[ring-1]].status = 'Applied'").await, 8);
    assert_eq!(
        ask("configurations.[[ring-1]].status = 'Targeted'").await,
        2
    );
    assert_eq!(ask("IS_DEFINED(configurations.[[ring-1]])").await, 10);
    assert_eq!(
        ask("configurations.[[few]].status = 'Applied' AND tags.ring = 1").await,
        2
    );
    assert_eq!(ask("configurations.[[none]].status = 'Applied'").await, 0);
    let documents =
        "SELECT * FROM devices WHERE configurations.few.status = 'Applied' AND deviceId = 'd01'";
    let answer = test
        .hub
        .query(&see(&test), &documents.parse().unwrap(), Default::default())
        .await
        .unwrap();
    let want = json!({"few": {"status": "Applied"}, "ring-1": {"status": "Targeted"}});
    assert_eq!(answer.rows[0]["configurations"], want);
    // Deleted, and made again under the same name for others.
    test.hub
        .delete_configuration(&keep(&test), name("few"), None)
        .await
        .unwrap();
    assert_eq!(ask("configurations.[[few]].status = 'Applied'").await, 0);
    until((10, 10, 10), async || counts(&test, "ring-1").await).await;
    add(
        &test,
        "few",
        draft("tags.n = 7", 9, json!({"properties.desired.b": 2})),
    )
    .await;
    until((1, 1, 1), async || counts(&test, "few").await).await;
    assert_eq!(ask("configurations.[[few]].status = 'Applied'").await, 1);
}

#[tokio::test]
async fn what_was_left_to_do_is_done_after_a_start() {
    let test = TestHub::open().await;
    let id = test.device("near", json!({"ring": 2})).await;
    // Closed at once: most likely nothing was applied yet.
    add(
        &test,
        "ring2",
        draft(
            "properties.reported.fw.v = '1'",
            0,
            json!({"properties.desired.a": 1}),
        ),
    )
    .await;
    let proof = test.log_in(&id).await;
    test.hub
        .device_report(&proof, json!({"fw": {"v": "1"}}), None)
        .await
        .unwrap();
    let test = test.reopen().await;
    until((1, 1, 1), async || counts(&test, "ring2").await).await;
    let permit = see(&test);
    let ask = async || {
        test.hub
            .configuration(&permit, &name("ring2"))
            .unwrap()
            .evaluated_at
            .is_some()
    };
    until(true, ask).await;
    let version = twin(&test, &id).await["version"].clone();
    // Once more: everything is as it should be, nothing is written.
    let test = test.reopen().await;
    let late = test.device("late", json!({})).await;
    let proof = test.log_in(&late).await;
    test.hub
        .device_report(&proof, json!({"fw": {"v": "1"}}), None)
        .await
        .unwrap();
    until((2, 2, 2), async || counts(&test, "ring2").await).await;
    assert_eq!(twin(&test, &id).await["version"], version);
}

#[tokio::test]
async fn retired_devices_are_left_alone() {
    let test = TestHub::open().await;
    let id = test.device("near", json!({})).await;
    add(
        &test,
        "all",
        draft("*", 0, json!({"properties.desired.a": 1})),
    )
    .await;
    until((1, 1, 1), async || counts(&test, "all").await).await;
    let permit = test
        .hub
        .permit_device::<ProvisionDevices>(&Access::console(), &id)
        .unwrap();
    let change = IdentityChange {
        step: Some(Step::Retire),
        ..IdentityChange::default()
    };
    test.hub.update_device(permit, None, change).await.unwrap();
    until((0, 0, 0), async || counts(&test, "all").await).await;
}

#[tokio::test]
async fn modules_are_covered_by_their_own() {
    let test = TestHub::open().await;
    let id = test.device("near", json!({})).await;
    let content = Content::parse(&json!({"moduleContent": {"properties.desired.a": 1}})).unwrap();
    let target = "from devices.modules where moduleId = 'inside'";
    add(
        &test,
        "inner",
        Draft {
            content,
            ..draft(target, 0, json!({}))
        },
    )
    .await;
    let permit = test
        .hub
        .permit_device::<ProvisionDevices>(&Access::console(), &id)
        .unwrap();
    for module in ["inside", "other"] {
        let new = NewModule::named(ModuleId::new(module).unwrap());
        test.hub.create_module(&permit, new).await.unwrap();
    }
    until((1, 1, 0), async || counts(&test, "inner").await).await;
    let permit = test
        .hub
        .permit_device::<SeeDevices>(&Access::console(), &id)
        .unwrap();
    let inside = ModuleId::new("inside").unwrap();
    let (twin, _) = test
        .hub
        .module_twin_document(&permit, &inside)
        .await
        .unwrap();
    assert_eq!(twin["properties"]["desired"]["a"], 1);
    assert_eq!(
        twin["configurations"],
        json!({"inner": {"status": "Applied"}})
    );
    let text = "SELECT moduleId FROM devices.modules WHERE configurations.inner.status = 'Applied'";
    let answer = test
        .hub
        .query(&see(&test), &text.parse().unwrap(), Default::default())
        .await;
    assert_eq!(answer.unwrap().rows, [json!({"moduleId": "inside"})]);
}

#[tokio::test]
async fn what_is_wrong_is_said() {
    let test = TestHub::open().await;
    let check = async |draft: Draft, want: fn(&BadConfiguration) -> bool| {
        let made = test
            .hub
            .create_configuration(&keep(&test), name("x"), draft.clone())
            .await;
        match made {
            Err(ServiceError::Configuration(bad)) => assert!(want(&bad), "{bad}"),
            other => panic!("{draft:?}: {other:?}"),
        }
    };
    let with = |change: fn(&mut Draft)| {
        let mut draft = draft("*", 0, json!({"properties.desired.a": 1}));
        change(&mut draft);
        draft
    };
    check(with(|d| d.target = "tags.ring =".into()), |bad| {
        matches!(bad, BadConfiguration::Target(_))
    })
    .await;
    let metric: fn(&BadConfiguration) -> bool =
        |bad| matches!(bad, BadConfiguration::Metric { .. });
    check(
        with(|d| _ = d.metrics.insert("m".into(), "SELECT".into())),
        metric,
    )
    .await;
    check(
        with(|d| {
            _ = d
                .metrics
                .insert("m".into(), "SELECT * FROM devices.jobs".into())
        }),
        metric,
    )
    .await;
    let good = with(|_| {});
    add(&test, "x", good.clone()).await;
    let again = test
        .hub
        .create_configuration(&keep(&test), name("x"), good.clone())
        .await;
    assert!(matches!(again, Err(ServiceError::AlreadyExists)));
    let gone = test
        .hub
        .update_configuration(&keep(&test), name("y"), IfMatch::Any, edit(good))
        .await;
    assert!(matches!(gone, Err(ServiceError::NotFound)));
    let content = Content::parse(&json!({"deviceContent": {}})).unwrap();
    let metrics = BTreeMap::from([("m".to_owned(), "SELECT".to_owned())]);
    let verdict = test
        .hub
        .test_configuration(&see(&test), &content, "tags.x =", &metrics);
    assert!(verdict.target.is_some() && verdict.metrics.contains_key("m"));
    let verdict =
        test.hub
            .test_configuration(&see(&test), &content, "tags.x = 1", &BTreeMap::new());
    assert_eq!(verdict, Default::default());
}
