//! Exports and imports of the registry.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::PathBuf;

use muster_core::configuration::{Content, Draft};
use muster_core::event::Actor;
use muster_core::ids::ConfigurationId;
use muster_core::ids::DeviceId;
use muster_core::operation::{OperationState, TaskKind};
use muster_core::policy::Role;
use muster_core::transfer::{Transfer, TransferId, TransferPlan, TransferState};
use muster_service::access::kinds::{KeepConfigurations, SeeDevices, SteerOperations};
use muster_service::modules::NewModule;
use muster_service::operations::{OperationQuery, OperationSummary, Steer};
use muster_service::transfer::{TransferError, TransferPart};
use muster_service::{Access, Permit, ServiceError, access::kinds::ProvisionDevices};
use serde_json::{Value, json};

use crate::support::TestHub;

fn folder(test: &TestHub) -> PathBuf {
    test.directory.path().join("transfers")
}

async fn begin(test: &TestHub) -> Permit<ProvisionDevices> {
    test.hub.keep_transfers_in(&folder(test)).await.unwrap();
    test.hub.permit(&Access::console()).unwrap()
}

fn export(without_keys: bool) -> TransferPlan {
    TransferPlan::Export {
        to: "week".into(),
        file: "devices.txt".into(),
        without_keys,
        configurations: None,
    }
}

fn import(from: &str) -> TransferPlan {
    TransferPlan::Import {
        from: from.into(),
        file: "devices.txt".into(),
        errors_to: from.into(),
        configurations: None,
    }
}

/// Waits for its end.
async fn ended(test: &TestHub, id: &TransferId) -> Transfer {
    let permit = test.hub.permit(&Access::console()).unwrap();
    loop {
        let found = test.hub.transfer(&permit, id).await.unwrap().unwrap();
        if found.state != TransferState::Running {
            return found;
        }
        tokio::task::yield_now().await;
    }
}

fn lines(path: PathBuf) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn hand_in(test: &TestHub, items: &[Value]) {
    let week = folder(test).join("week");
    std::fs::create_dir_all(&week).unwrap();
    let text: String = items.iter().map(|item| format!("{item}\n")).collect();
    std::fs::write(week.join("devices.txt"), text).unwrap();
}

#[tokio::test]
async fn an_empty_hub_becomes_what_the_other_was() {
    let (old, new) = (TestHub::open().await, TestHub::open().await);
    let mut keys = Vec::new();
    for number in 0..30 {
        let id = old
            .device(&format!("d{number:02}"), json!({"n": number}))
            .await;
        old.patch(&id, None, Some(json!({"interval": number})))
            .await;
        keys.push(old.key(&id).await.reveal().to_owned());
    }
    let gateway = DeviceId::new("d07").unwrap();
    let permit = old.hub.permit_device(&Access::console(), &gateway).unwrap();
    let logger = NewModule::named("logger".parse().unwrap());
    let logger = old.hub.create_module(&permit, logger).await.unwrap();
    let permit = begin(&old).await;
    let made = old
        .hub
        .begin_transfer(&permit, export(false))
        .await
        .unwrap();
    let done = ended(&old, &made.id).await;
    assert_eq!(done.state, TransferState::Completed, "{:?}", done.failure);
    assert_eq!((done.progress.devices, done.progress.percent()), (30, 100));
    let file = folder(&old).join("week/devices.txt");
    let written = lines(file.clone());
    assert_eq!(written.len(), 31);
    assert_eq!(written[30]["moduleId"], "logger");
    assert_eq!(written[7]["id"], "d07");
    assert_eq!(
        written[7]["authentication"]["symmetricKey"]["primaryKey"],
        json!(keys[7])
    );

    let permit = begin(&new).await;
    hand_in(&new, &written);
    let made = new
        .hub
        .begin_transfer(&permit, import("week"))
        .await
        .unwrap();
    let done = ended(&new, &made.id).await;
    assert_eq!(done.state, TransferState::Completed, "{:?}", done.failure);
    assert_eq!((done.progress.devices, done.progress.failed), (31, 0));
    let permit = new.hub.permit_device(&Access::console(), &gateway).unwrap();
    let restored = new.hub.module(&permit, &logger.summary.id).await.unwrap();
    assert_eq!(restored.authentication, logger.authentication);
    for (number, key) in keys.iter().enumerate() {
        let id = DeviceId::new(&format!("d{number:02}")).unwrap();
        assert_eq!(new.key(&id).await.reveal(), key);
        let permit = new.hub.permit_device(&Access::console(), &id).unwrap();
        let twin = new.hub.twin(&permit).await.unwrap().twin;
        assert_eq!(json!(twin.tags), json!({"n": number}));
        assert_eq!(json!(twin.desired.value), json!({"interval": number}));
    }
    let log = folder(&new).join("week/importErrors.log");
    assert_eq!(std::fs::read_to_string(log).unwrap(), "");
    // Without keys, the other hub makes its own.
    let permit = begin(&old).await;
    let made = old.hub.begin_transfer(&permit, export(true)).await.unwrap();
    ended(&old, &made.id).await;
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(keys.iter().all(|key| !text.contains(key)));
    let all = old.hub.transfers(&permit).await.unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(all[0].id, made.id);
    assert_eq!(all[0].by, Actor::Console);
}

#[tokio::test]
async fn lines_that_fail_are_listed_and_harm_nobody() {
    let test = TestHub::open().await;
    test.device("old", json!({})).await;
    let permit = begin(&test).await;
    hand_in(
        &test,
        &[
            json!({"id": "a", "importMode": "create"}),
            json!({"id": "old", "importMode": "create"}),
            json!({"id": "a", "importMode": "update", "status": "disabled"}),
            json!({"id": "no such", "importMode": "create"}),
            json!({"id": "gone", "importMode": "delete"}),
            json!(["no item"]),
            json!({"id": "old", "importMode": "delete"}),
            json!({"id": "old", "tags": {"again": true}}),
        ],
    );
    let made = test
        .hub
        .begin_transfer(&permit, import("week"))
        .await
        .unwrap();
    let done = ended(&test, &made.id).await;
    assert_eq!(done.state, TransferState::Completed, "{:?}", done.failure);
    assert_eq!((done.progress.devices, done.progress.failed), (4, 4));
    let log = lines(folder(&test).join("week/importErrors.log"));
    let codes: Vec<(&Value, &str)> = log
        .iter()
        .map(|line| (&line["id"], line["errorCode"].as_str().unwrap()))
        .collect();
    let want = [
        (&json!("old"), "DeviceAlreadyExists"),
        (&json!("no such"), "ArgumentInvalid"),
        (&json!("gone"), "DeviceNotFound"),
        (&Value::Null, "ArgumentInvalid"),
    ];
    assert_eq!(codes, want);
}

#[tokio::test]
async fn an_import_goes_on_after_the_hub_was_away() {
    let test = TestHub::open().await;
    let permit = begin(&test).await;
    let items: Vec<Value> = (0..700)
        .map(|number| json!({"id": format!("d{number:03}"), "importMode": "create"}))
        .collect();
    hand_in(&test, &items);
    let made = test
        .hub
        .begin_transfer(&permit, import("week"))
        .await
        .unwrap();
    // Some lines are done, perhaps none is noted.
    let first = DeviceId::new("d000").unwrap();
    while test
        .hub
        .permit_device::<ProvisionDevices>(&Access::console(), &first)
        .is_err()
    {
        tokio::task::yield_now().await;
    }
    let test = test.reopen().await;
    let permit = test.hub.permit(&Access::console()).unwrap();
    let before = test.hub.transfer(&permit, &made.id).await.unwrap().unwrap();
    assert_eq!(before.state, TransferState::Running, "it was cut off");
    begin(&test).await;
    let done = ended(&test, &made.id).await;
    assert_eq!(done.state, TransferState::Completed, "{:?}", done.failure);
    assert_eq!((done.progress.devices, done.progress.failed), (700, 0));
    let log = folder(&test).join("week/importErrors.log");
    assert_eq!(std::fs::read_to_string(log).unwrap(), "");
}

#[tokio::test]
async fn places_rights_and_turns_are_checked() {
    let test = TestHub::open().await;
    test.device("north-1", json!({"region": "north"})).await;
    test.device("south-1", json!({"region": "south"})).await;
    let permit = begin(&test).await;
    let refused = async |plan: TransferPlan| {
        let outcome = test.hub.begin_transfer(&permit, plan).await;
        assert!(
            matches!(outcome, Err(TransferError::Place(_))),
            "{outcome:?}"
        );
    };
    refused(import("..")).await;
    refused(import("week")).await;
    refused(TransferPlan::Export {
        to: "../../etc".into(),
        file: "devices.txt".into(),
        without_keys: true,
        configurations: None,
    })
    .await;
    let unknown = TransferId::named("unknown");
    assert_eq!(test.hub.transfer(&permit, &unknown).await.unwrap(), None);
    let outcome = test.hub.cancel_transfer(&permit, &unknown).await;
    let absent = matches!(outcome, Err(TransferError::Service(ServiceError::NotFound)));
    assert!(absent, "{outcome:?}");

    // What leaves is what its author sees.
    let (_, access) = test
        .person("nora", &[(Role::Operator, "tags.region = 'north'")])
        .await;
    let own = test.hub.permit(&access).unwrap();
    let made = test.hub.begin_transfer(&own, export(false)).await.unwrap();
    let second = test.hub.begin_transfer(&permit, export(false)).await;
    let done = ended(&test, &made.id).await;
    // The first one may have ended before the second was asked for.
    if let Err(error) = &second {
        assert!(matches!(error, TransferError::Running), "{error:?}");
    }
    assert_eq!(done.state, TransferState::Completed, "{:?}", done.failure);
    assert_eq!(done.progress.devices, 1);
    let outcome = test.hub.cancel_transfer(&permit, &made.id).await;
    assert!(matches!(outcome, Err(TransferError::Ended)), "{outcome:?}");
}

async fn listed(test: &TestHub, access: &Access, query: OperationQuery) -> Vec<OperationSummary> {
    let query = OperationQuery { limit: 10, ..query };
    test.hub.operations(access, &query).await.unwrap().rows
}

async fn fetched(
    test: &TestHub,
    access: &Access,
    transfer: &Transfer,
) -> Result<String, ServiceError> {
    let part = TransferPart::Devices;
    let mut found = test
        .hub
        .fetch_transfer(access, transfer.number, part)
        .await?;
    let mut text = String::new();
    found.file.read_to_string(&mut text).unwrap();
    assert_eq!(text.len() as u64, found.bytes);
    Ok(text)
}

#[tokio::test]
async fn they_are_operations_for_those_who_may_count_all_devices() {
    let test = TestHub::open().await;
    test.device("north-1", json!({"region": "north"})).await;
    test.device("south-1", json!({"region": "south"})).await;
    let permit = begin(&test).await;
    let made = test
        .hub
        .begin_transfer(&permit, export(false))
        .await
        .unwrap();
    let done = ended(&test, &made.id).await;
    let text = fetched(&test, &Access::console(), &done).await.unwrap();
    assert_eq!(text.lines().count(), 2);
    hand_in(&test, &[json!({"id": "no such"}), json!({"id": "new"})]);
    let import = test
        .hub
        .begin_transfer(&permit, import("week"))
        .await
        .unwrap();
    let import = ended(&test, &import.id).await;

    let console = Access::console();
    let all = listed(&test, &console, OperationQuery::default()).await;
    let numbers: Vec<_> = all.iter().map(|row| row.id).collect();
    assert_eq!(numbers, [import.number, done.number]);
    assert_eq!(all[0].state, OperationState::CompletedWithFailures);
    assert_eq!((all[0].counts.succeeded, all[0].counts.failed), (1, 1));
    assert_eq!(all[1].state, OperationState::Completed);
    assert_eq!(
        (all[1].plan.title.as_str(), all[1].counts.succeeded),
        ("Export to week/devices.txt", 2)
    );
    let exports = OperationQuery {
        kinds: vec![TaskKind::Export],
        ..OperationQuery::default()
    };
    assert_eq!(listed(&test, &console, exports.clone()).await.len(), 1);
    let detail = test
        .hub
        .operation(&console, import.number)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(detail.failures.len(), 1);
    assert!(
        detail.failures[0].why.starts_with("ArgumentInvalid: "),
        "{detail:?}"
    );
    let lines = test
        .hub
        .transfer_failures(&console, import.number, 10, None)
        .await
        .unwrap()
        .rows;
    assert_eq!(
        (
            lines[0].file.as_str(),
            lines[0].line,
            lines[0].id.as_deref()
        ),
        ("devices.txt", 1, Some("no such"))
    );

    // Whoever sees a part of the fleet sees what they asked for themselves.
    let (_, nora) = test
        .person("nora", &[(Role::Operator, "tags.region = 'north'")])
        .await;
    assert!(
        listed(&test, &nora, OperationQuery::default())
            .await
            .is_empty()
    );
    assert_eq!(test.hub.operation(&nora, done.number).await.unwrap(), None);
    let hidden = test
        .hub
        .transfer_failures(&nora, import.number, 10, None)
        .await;
    assert!(matches!(hidden, Err(ServiceError::NotFound)), "{hidden:?}");
    assert!(matches!(
        fetched(&test, &nora, &done).await,
        Err(ServiceError::NotFound)
    ));
    let own = test.hub.permit(&nora).unwrap();
    assert_eq!(test.hub.transfer(&own, &done.id).await.unwrap(), None);
    // A manager sees that it was, and does not get it.
    let (_, mia) = test.person("mia", &[(Role::Manager, "")]).await;
    assert_eq!(listed(&test, &mia, exports).await.len(), 1);
    assert!(matches!(
        fetched(&test, &mia, &done).await,
        Err(ServiceError::Forbidden(_))
    ));
    let made = test.hub.begin_transfer(&own, export(true)).await.unwrap();
    let own = ended(&test, &made.id).await;
    let text = fetched(&test, &nora, &own).await.unwrap();
    assert_eq!(text.lines().count(), 1);
    assert!(
        text.contains("north-1") && !text.contains("south-1"),
        "{text}"
    );
    assert_eq!(
        listed(&test, &nora, OperationQuery::default()).await.len(),
        1
    );
    // The one before wrote to the same place.
    let gone = fetched(&test, &console, &done).await;
    assert!(
        matches!(&gone, Err(ServiceError::Invalid(why)) if why.contains("later")),
        "{gone:?}"
    );
}

#[tokio::test]
async fn they_are_stopped_like_operations() {
    let test = TestHub::open().await;
    let permit = begin(&test).await;
    let items: Vec<Value> = (0..3_000).map(|n| json!({"id": format!("d{n}")})).collect();
    hand_in(&test, &items);
    let made = test
        .hub
        .begin_transfer(&permit, import("week"))
        .await
        .unwrap();
    let steer = test
        .hub
        .permit::<SteerOperations>(&Access::console())
        .unwrap();
    let pause = Steer::Pause {
        reason: "why not".into(),
    };
    let refused = test.hub.steer_operation(&steer, made.number, pause).await;
    assert!(
        matches!(refused, Err(ServiceError::Invalid(_))),
        "{refused:?}"
    );
    let stop = Steer::Stop {
        reason: "the wrong file".into(),
    };
    let now = test
        .hub
        .steer_operation(&steer, made.number, stop.clone())
        .await
        .unwrap();
    assert_eq!(now.state, OperationState::Cancelled);
    assert_eq!(now.reason.as_deref(), Some("the wrong file"));
    let again = test.hub.steer_operation(&steer, made.number, stop).await;
    assert!(matches!(again, Err(ServiceError::Invalid(_))), "{again:?}");
    // The next one has its turn.
    test.hub
        .begin_transfer(&permit, export(true))
        .await
        .unwrap();
}

#[tokio::test]
async fn configurations_go_along_when_they_are_asked_for() {
    let (old, new) = (TestHub::open().await, TestHub::open().await);
    let keep = |test: &TestHub| {
        test.hub
            .permit::<KeepConfigurations>(&Access::console())
            .unwrap()
    };
    let see = |test: &TestHub| {
        let permit = test.hub.permit::<SeeDevices>(&Access::console()).unwrap();
        test.hub.configurations(&permit)
    };
    let draft = |value: u32| Draft {
        schema_version: "1.0".into(),
        labels: BTreeMap::from([("team".to_owned(), "ops".to_owned())]),
        content: Content::parse(&json!({"deviceContent": {"properties.desired.a": value}}))
            .unwrap(),
        target: "tags.ring = 2".into(),
        priority: 10,
        metrics: BTreeMap::new(),
    };
    let id = |name: &str| ConfigurationId::new(name).unwrap();
    for (name, value) in [("second", 2), ("first", 1)] {
        let permit = keep(&old);
        let made = old
            .hub
            .create_configuration(&permit, id(name), draft(value));
        made.await.unwrap();
    }
    // One of the same name, with another content.
    let permit = keep(&new);
    let made = new.hub.create_configuration(&permit, id("first"), draft(7));
    made.await.unwrap();
    let permit = begin(&old).await;
    let with = |plan: TransferPlan| match plan {
        TransferPlan::Export { to, file, .. } => TransferPlan::Export {
            to,
            file,
            without_keys: true,
            configurations: Some("configurations.txt".into()),
        },
        TransferPlan::Import {
            from,
            file,
            errors_to,
            ..
        } => TransferPlan::Import {
            from,
            file,
            errors_to,
            configurations: Some("configurations.txt".into()),
        },
    };
    let made = old
        .hub
        .begin_transfer(&permit, with(export(true)))
        .await
        .unwrap();
    let done = ended(&old, &made.id).await;
    assert_eq!(done.state, TransferState::Completed, "{:?}", done.failure);
    let name = "week/configurations.txt";
    let text = std::fs::read_to_string(folder(&old).join(name)).unwrap();
    assert_eq!(lines(folder(&old).join(name)).len(), 2);

    let permit = begin(&new).await;
    hand_in(&new, &[json!({"id": "a"})]);
    let bad = "{\"id\":\"Bad Name\"}\nnonsense\n";
    std::fs::write(folder(&new).join(name), [text.as_str(), bad].concat()).unwrap();
    let made = new
        .hub
        .begin_transfer(&permit, with(import("week")))
        .await
        .unwrap();
    let done = ended(&new, &made.id).await;
    assert_eq!(done.state, TransferState::Completed, "{:?}", done.failure);
    assert_eq!(
        (
            done.progress.devices,
            done.progress.failed,
            done.progress.percent()
        ),
        (3, 2, 100)
    );
    let drafts = |test: &TestHub| {
        see(test)
            .into_iter()
            .map(|one| (one.id, one.draft))
            .collect::<BTreeMap<_, _>>()
    };
    assert_eq!(drafts(&new), drafts(&old));
    let failed = new
        .hub
        .transfer_failures(&Access::console(), done.number, 10, None)
        .await
        .unwrap()
        .rows;
    let places: Vec<(&str, u64)> = failed
        .iter()
        .map(|line| (line.file.as_str(), line.line))
        .collect();
    assert_eq!(
        places,
        [("configurations.txt", 3), ("configurations.txt", 4)]
    );
}
