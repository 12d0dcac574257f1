//! Modules are made, found, changed, deleted; their twins and sessions are their own.

use muster_core::device::{AuthKind, Authentication, ETag, GenerationId, IfMatch, Thumbprint};
use muster_core::event::EventKind;
use muster_core::ids::{Identity, ModuleId};
use muster_core::key::KeyPair;
use muster_core::module::{MAX_MODULES, Module, ModuleSummary};
use muster_core::twin::{Mode, ServiceWrite, Twin, TwinError};
use muster_storage::{
    Change, EventQuery, ModuleChange, ModuleInsert, ModuleNews, ModuleNote, ModuleTwinRow,
    ReportOutcome, Session, Store, TwinOutcome, WriteOutcome,
};
use serde_json::{Value, json};

use super::place::{Place, T0, ann, at, event, id, make};

fn name(text: &str) -> ModuleId {
    text.parse().unwrap()
}

fn module(device: &str, text: &str) -> Module {
    Module {
        summary: ModuleSummary {
            device: id(device),
            id: name(text),
            generation: GenerationId(format!("generation of {text}")),
            etag: ETag::FIRST,
            auth: AuthKind::Sas,
            managed_by: None,
            model_id: String::new(),
            created_at: T0,
            last_activity_at: None,
        },
        authentication: Authentication::Sas(KeyPair::from_entropy([3; 32], [4; 32])),
    }
}

async fn insert(store: &Store, module: Module) -> ModuleInsert {
    let device = module.summary.device.to_string();
    let created = event(EventKind::ModuleCreated, Some(&device), ann());
    store.insert_module(module, created).await.unwrap()
}

async fn with_module(place: &Place) -> Store {
    let store = place.open().await;
    make(&store, "d").await;
    assert_eq!(
        insert(&store, module("d", "m")).await,
        ModuleInsert::Inserted
    );
    store
}

async fn twin(store: &Store) -> Twin {
    let found = store.find_module_twin(&id("d"), &name("m")).await;
    found.unwrap().unwrap().twin
}

pub(crate) async fn modules_come_back_as_they_were_made(place: &Place) {
    let store = with_module(place).await;
    let mut odd = module("d", "a.b_c:d@e=f");
    odd.summary.managed_by = Some("ops – käse".into());
    odd.summary.auth = AuthKind::SelfSigned;
    odd.authentication = Authentication::SelfSigned {
        primary: None,
        secondary: Some(Thumbprint::new(&"aB".repeat(20)).unwrap()),
    };
    assert_eq!(insert(&store, odd.clone()).await, ModuleInsert::Inserted);
    assert_eq!(
        insert(&store, module("d", "m")).await,
        ModuleInsert::AlreadyExists
    );
    assert_eq!(
        insert(&store, module("e", "m")).await,
        ModuleInsert::NoDevice
    );
    store.close().await;
    let store = place.open().await;
    let found = store.find_module(&id("d"), &name("m")).await.unwrap();
    assert_eq!(found, Some(module("d", "m")));
    assert_eq!(
        store.modules(&id("d")).await.unwrap(),
        [odd, module("d", "m")]
    );
    assert_eq!(store.find_module(&id("d"), &name("M")).await.unwrap(), None);
    assert_eq!(store.modules(&id("e")).await.unwrap(), []);
    store.close().await;
}

pub(crate) async fn a_device_has_so_many_modules_at_most(place: &Place) {
    let store = place.open().await;
    make(&store, "d").await;
    make(&store, "e").await;
    for n in 0..MAX_MODULES {
        let made = insert(&store, module("d", &format!("m{n}"))).await;
        assert_eq!(made, ModuleInsert::Inserted);
    }
    assert_eq!(
        insert(&store, module("d", "more")).await,
        ModuleInsert::TooMany
    );
    assert_eq!(
        insert(&store, module("d", "m0")).await,
        ModuleInsert::AlreadyExists
    );
    assert_eq!(
        insert(&store, module("e", "m")).await,
        ModuleInsert::Inserted
    );
    store.close().await;
}

pub(crate) async fn the_scan_sees_every_module(place: &Place) {
    let store = place.open().await;
    let mut names = Vec::new();
    for device in ["b", "a", "c", "d", "e", "f", "g", "h", "i", "j", "k"] {
        make(&store, device).await;
        for number in 0..MAX_MODULES {
            let module = module(device, &format!("m{number}"));
            names.push((device.to_owned(), module.summary.id.to_string()));
            assert_eq!(insert(&store, module).await, ModuleInsert::Inserted);
        }
    }
    let mut found = Vec::new();
    let each = |row: ModuleTwinRow| {
        found.push((row.module.device.to_string(), row.module.id.to_string()));
    };
    store.each_module(each).await.unwrap();
    // More than are read at once, each once.
    assert_eq!(found.len(), 550);
    found.sort();
    names.sort();
    assert_eq!(found, names);
    store.close().await;
}

pub(crate) async fn module_updates_follow_the_etag(place: &Place) {
    let store = with_module(place).await;
    let update = async |text: &str, demand: Option<IfMatch>, change| {
        let updated = event(EventKind::ModuleUpdated, Some("d"), ann());
        store
            .update_module(id("d"), name(text), demand, change, updated)
            .await
            .unwrap()
    };
    let keys = Authentication::Sas(KeyPair::from_entropy([5; 32], [6; 32]));
    let change = ModuleChange {
        authentication: Some(keys.clone()),
        managed_by: Some(Some("ops".into())),
    };
    let mut want = module("d", "m");
    want.authentication = keys;
    want.summary.managed_by = Some("ops".into());
    want.summary.etag = ETag(2);
    let first = Some(IfMatch::exactly(ETag::FIRST));
    let done = update("m", first.clone(), change.clone()).await;
    assert_eq!(done, WriteOutcome::Done(want.clone()));
    assert_eq!(
        store.find_module(&id("d"), &name("m")).await.unwrap(),
        Some(want)
    );
    assert_eq!(
        update("m", first, change.clone()).await,
        WriteOutcome::Conflict { current: ETag(2) }
    );
    assert_eq!(update("x", None, change).await, WriteOutcome::NotFound);
    let cleared = ModuleChange {
        managed_by: Some(None),
        ..ModuleChange::default()
    };
    let WriteOutcome::Done(module) = update("m", Some(IfMatch::Any), cleared).await else {
        panic!("not updated");
    };
    assert_eq!(
        (module.summary.managed_by, module.summary.etag),
        (None, ETag(3))
    );
    store.close().await;
}

pub(crate) async fn module_twins_are_their_own(place: &Place) {
    let store = with_module(place).await;
    let report = async |patch: Value, expected| {
        store
            .report_module(id("d"), name("m"), patch, expected, at(1))
            .await
            .unwrap()
    };
    let write = async |mode, tags, desired, demand| {
        let write = ServiceWrite {
            mode,
            tags,
            desired,
        };
        store
            .write_module_twin(id("d"), name("m"), write, demand, ann(), at(2))
            .await
            .unwrap()
    };
    assert_eq!(twin(&store).await, Twin::new(T0));
    assert_eq!(
        report(json!({"a": {"b": 1}}), None).await,
        ReportOutcome::Done { version: 2 }
    );
    assert!(matches!(
        report(json!({"a": 1}), Some(9)).await,
        ReportOutcome::Refused(TwinError::VersionMismatch { .. })
    ));
    let (tags, desired) = (json!({"site": "b7"}), json!({"x": 1, "y": {"z": 2}}));
    let TwinOutcome::Done { applied, .. } =
        write(Mode::Merge, Some(tags), Some(desired), None).await
    else {
        panic!("not written");
    };
    let payload = json!({"x": 1, "y": {"z": 2}, "$version": 2});
    assert_eq!(applied.desired, Some(payload));
    let stale = Some(IfMatch::exactly(ETag::FIRST));
    assert_eq!(
        write(Mode::Merge, None, Some(json!({})), stale).await,
        TwinOutcome::Conflict { current: ETag(2) }
    );
    assert!(matches!(
        write(Mode::Merge, Some(json!(1)), None, None).await,
        TwinOutcome::Refused(_)
    ));
    let now = twin(&store).await;
    assert_eq!(Value::Object(now.reported.value), json!({"a": {"b": 1}}));
    assert_eq!(
        Value::Object(now.desired.value),
        json!({"x": 1, "y": {"z": 2}})
    );
    assert_eq!(Value::Object(now.tags), json!({"site": "b7"}));
    assert_eq!((now.desired.version, now.reported.version), (2, 2));
    assert_eq!((now.version, now.etag), (3, ETag(2)));
    let replaced = write(Mode::Replace, None, Some(json!({"x": 2})), None).await;
    assert!(matches!(replaced, TwinOutcome::Done { .. }));
    let now = twin(&store).await;
    assert_eq!(Value::Object(now.desired.value), json!({"x": 2}));
    assert!(now.tags.is_empty());
    // The device's own twin is another.
    let device = store.find_twin(&id("d")).await.unwrap().unwrap().twin;
    assert_eq!((device.version, device.desired.version), (1, 1));
    let missing = store
        .report_module(id("d"), name("x"), json!({}), None, at(1))
        .await
        .unwrap();
    assert_eq!(missing, ReportOutcome::NotFound);
    let events = store.events(EventQuery::default()).await.unwrap().rows;
    let named = events.iter().filter(|e| e.detail["module"] == "m").count();
    assert_eq!(named, 5, "a report, three sections, a cleared one");
    store.close().await;
}

pub(crate) async fn module_sessions_outlive_the_store(place: &Place) {
    let store = with_module(place).await;
    let open = async |store: &Store, clean| {
        let (device, module) = (id("d"), name("m"));
        let opened = store.open_module_session(&device, &module, clean).await;
        opened.unwrap()
    };
    let session = |filters: &[&str]| Session {
        present: true,
        subscriptions: filters.iter().map(|f| ((*f).to_owned(), 1)).collect(),
    };
    let subscribe = async |store: &Store, filter: &str| {
        store
            .subscribe_module(id("d"), name("m"), filter.into(), 1)
            .await
            .unwrap()
    };
    assert!(!subscribe(&store, "a").await, "there is no session yet");
    assert_eq!(open(&store, false).await, Session::default());
    for filter in ["b", "a", "b"] {
        assert!(subscribe(&store, filter).await);
    }
    store.close().await;
    let store = place.open().await;
    assert_eq!(open(&store, false).await, session(&["a", "b"]));
    let gone = store.unsubscribe_module(id("d"), name("m"), "a".into());
    assert!(gone.await.unwrap());
    assert_eq!(open(&store, false).await, session(&["b"]));
    // The device's session is another.
    let device = store.open_session(&id("d"), false).await.unwrap();
    assert_eq!(device, Session::default());
    assert_eq!(open(&store, true).await, Session::default());
    assert_eq!(open(&store, false).await, Session::default());
    assert_eq!(open(&store, false).await, session(&[]));
    store.close().await;
}

pub(crate) async fn modules_go_with_their_device(place: &Place) {
    let store = with_module(place).await;
    let deleted = event(EventKind::DeviceDeleted, Some("d"), ann());
    let done = store.delete_device(id("d"), None, deleted).await.unwrap();
    assert_eq!(done, WriteOutcome::Done(()));
    make(&store, "d").await;
    assert_eq!(store.modules(&id("d")).await.unwrap(), []);
    // A module can be deleted alone, with its session.
    insert(&store, module("d", "m")).await;
    let open = async || {
        let (device, module) = (id("d"), name("m"));
        let opened = store.open_module_session(&device, &module, false).await;
        opened.unwrap()
    };
    open().await;
    let delete = async |demand| {
        let deleted = event(EventKind::ModuleDeleted, Some("d"), ann());
        store
            .delete_module(id("d"), name("m"), demand, deleted)
            .await
            .unwrap()
    };
    let stale = Some(IfMatch::exactly(ETag(7)));
    assert!(matches!(delete(stale).await, WriteOutcome::Conflict { .. }));
    assert_eq!(delete(Some(IfMatch::Any)).await, WriteOutcome::Done(()));
    assert_eq!(delete(None).await, WriteOutcome::NotFound);
    insert(&store, module("d", "m")).await;
    assert_eq!(open().await, Session::default());
    store.close().await;
}

pub(crate) async fn the_hook_hears_of_modules(place: &Place) {
    let heard = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let ears = heard.clone();
    let store = place
        .open_with(std::sync::Arc::new(move |batch| {
            let changes = batch.iter().map(|committed| committed.change.clone());
            ears.lock().unwrap().extend(changes);
        }))
        .await;
    make(&store, "d").await;
    insert(&store, module("d", "m")).await;
    let note = ModuleNote {
        device: id("d"),
        module: name("m"),
        connected: true,
        model_id: Some("dtmi:x;1".into()),
        detail: json!({"protocol": "MQTT"}),
        at: at(4),
    };
    assert!(store.set_module_presence(note.clone()).await.unwrap());
    let unknown = ModuleNote {
        module: name("x"),
        ..note
    };
    assert!(!store.set_module_presence(unknown).await.unwrap());
    let write = ServiceWrite {
        mode: Mode::Merge,
        tags: None,
        desired: Some(json!({"a": 1})),
    };
    store
        .write_module_twin(id("d"), name("m"), write, None, ann(), at(5))
        .await
        .unwrap();
    let module = store.find_module(&id("d"), &name("m")).await.unwrap();
    let summary = module.unwrap().summary;
    assert_eq!(summary.last_activity_at, Some(at(4)));
    assert_eq!(summary.model_id, "dtmi:x;1");
    store.close().await;
    let news = heard.lock().unwrap().split_off(1);
    let of = |news| Change::Module {
        id: Identity {
            device: id("d"),
            module: Some(name("m")),
        },
        news,
    };
    let desired = Some(json!({"a": 1, "$version": 2}));
    assert_eq!(
        news,
        [
            of(ModuleNews::Identity),
            of(ModuleNews::Identity),
            of(ModuleNews::Twin { desired }),
        ]
    );
}
