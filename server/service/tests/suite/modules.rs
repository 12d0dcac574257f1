//! Modules from the service side: rights, rules, and what the trail keeps.

use muster_core::device::{Authentication, ETag, IfMatch};
use muster_core::event::EventKind;
use muster_core::ids::ModuleId;
use muster_core::policy::Role;
use muster_core::twin::{Mode, ServiceWrite};
use muster_service::access::kinds::{EditTwin, ProvisionDevices, SeeCredentials, SeeDevices};
use muster_service::modules::{MAX_MANAGED_BY, MAX_MODULES, ModuleEdit, NewModule};
use muster_service::{Access, ServiceError};
use serde_json::{Value, json};

use crate::support::TestHub;

fn name(text: &str) -> ModuleId {
    text.parse().unwrap()
}

#[tokio::test]
async fn identities_are_made_read_changed_and_deleted() {
    let test = TestHub::open().await;
    let id = test.device("d", json!({})).await;
    let (hub, console) = (&test.hub, Access::console());
    let make = hub
        .permit_device::<ProvisionDevices>(&console, &id)
        .unwrap();
    let see = hub.permit_device::<SeeCredentials>(&console, &id).unwrap();
    let made = hub
        .create_module(&make, NewModule::named(name("m")))
        .await
        .unwrap();
    let Authentication::Sas(keys) = &made.authentication else {
        panic!("a new module has keys");
    };
    assert_ne!(keys.primary.reveal(), keys.secondary.reveal());
    assert_eq!(hub.module(&see, &name("m")).await.unwrap(), made);
    assert_eq!(
        hub.modules(&see).await.unwrap(),
        std::slice::from_ref(&made)
    );
    let again = hub.create_module(&make, NewModule::named(name("m"))).await;
    assert!(matches!(again, Err(ServiceError::AlreadyExists)));
    let long = NewModule {
        managed_by: Some("x".repeat(MAX_MANAGED_BY + 1)),
        ..NewModule::named(name("n"))
    };
    let refused = hub.create_module(&make, long).await;
    assert!(matches!(refused, Err(ServiceError::Invalid(_))));
    let edit = ModuleEdit {
        managed_by: Some(Some("ops".into())),
        ..ModuleEdit::default()
    };
    let first = Some(IfMatch::exactly(ETag::FIRST));
    let changed = hub
        .update_module(&make, &name("m"), first.clone(), edit.clone())
        .await
        .unwrap();
    assert_eq!(changed.authentication, made.authentication, "keys stay");
    let stale = hub.update_module(&make, &name("m"), first, edit).await;
    assert!(matches!(stale, Err(ServiceError::Conflict { current }) if current == ETag(2)));
    let any = Some(IfMatch::Any);
    hub.delete_module(&make, &name("m"), any).await.unwrap();
    let gone = hub.module(&see, &name("m")).await;
    assert!(matches!(gone, Err(ServiceError::NotFound)));
    // What was done to modules is in the device's timeline, with the module's name and without keys.
    let permit = hub.permit_device::<SeeDevices>(&console, &id).unwrap();
    let events = hub.timeline(&permit, None, 20).await.unwrap().rows;
    for kind in [
        EventKind::ModuleCreated,
        EventKind::ModuleUpdated,
        EventKind::ModuleDeleted,
    ] {
        let event = events.iter().find(|event| event.kind == kind).unwrap();
        assert_eq!(event.detail["module"], "m", "{kind:?}");
    }
    let shown = events.iter().filter(|e| e.kind == EventKind::SecretShown);
    assert_eq!(shown.count(), 2);
    let text = format!("{events:?}");
    assert!(!text.contains(keys.primary.reveal()));
}

#[tokio::test]
async fn a_device_has_so_many_modules_at_most() {
    let test = TestHub::open().await;
    let id = test.device("d", json!({})).await;
    let permit = test
        .hub
        .permit_device::<ProvisionDevices>(&Access::console(), &id)
        .unwrap();
    for n in 0..MAX_MODULES {
        let new = NewModule::named(name(&format!("m{n}")));
        test.hub.create_module(&permit, new).await.unwrap();
    }
    let more = NewModule::named(name("more"));
    let refused = test.hub.create_module(&permit, more).await;
    assert!(matches!(refused, Err(ServiceError::TooManyModules)));
}

#[tokio::test]
async fn twins_are_written_by_those_who_may_edit() {
    let test = TestHub::open().await;
    let id = test.device("d", json!({})).await;
    let (hub, console) = (&test.hub, Access::console());
    let make = hub
        .permit_device::<ProvisionDevices>(&console, &id)
        .unwrap();
    hub.create_module(&make, NewModule::named(name("m")))
        .await
        .unwrap();
    let (_, manager) = test.person("bob", &[(Role::Manager, "")]).await;
    assert!(hub.permit_device::<EditTwin>(&manager, &id).is_err());
    let edit = hub.permit_device::<EditTwin>(&console, &id).unwrap();
    let write = |mode, desired: Value| ServiceWrite {
        mode,
        tags: None,
        desired: Some(desired),
    };
    let merged = write(Mode::Merge, json!({"a": 1, "b": 2}));
    let twin = hub
        .write_module_twin(&edit, &name("m"), merged, None)
        .await
        .unwrap();
    let replaced = write(Mode::Replace, json!({"c": 3}));
    let demand = Some(IfMatch::exactly(twin.etag));
    hub.write_module_twin(&edit, &name("m"), replaced, demand)
        .await
        .unwrap();
    // Who only sees devices sees the twin.
    let see = hub.permit_device::<SeeDevices>(&manager, &id).unwrap();
    let row = hub.module_twin(&see, &name("m")).await.unwrap();
    assert_eq!(Value::Object(row.twin.desired.value), json!({"c": 3}));
    let missing = hub.module_twin(&see, &name("x")).await;
    assert!(matches!(missing, Err(ServiceError::NotFound)));
}
