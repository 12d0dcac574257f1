//! A hub whose clock and random numbers the test decides.

use std::sync::atomic::Ordering;

use muster_core::ids::DeviceId;
use muster_core::key::{SharedKey, Slot};
use muster_core::person::{Person, RoleGrant};
use muster_core::policy::Role;
use muster_core::sas::SasToken;
use muster_core::time::Timestamp;
use muster_core::twin::{Mode, Object, ServiceWrite};
use muster_query::Condition;
use muster_service::access::kinds::{EditTwin, ManagePeople, ProvisionDevices, SeeCredentials};
use muster_service::devices::{ConnectionInfo, DeviceCredentials, DeviceProof, LINK_CAPACITY};
use muster_service::people::NewAccount;
use muster_service::registry::NewDevice;
use muster_service::{Access, Clock, Entropy, Hub, HubConfig, PageQuery, Sort, SortKey, ToDevice};
use muster_storage::{Location, MasterKey, StoreConfig};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::mpsc;

pub(crate) const PASSWORD: &str = "correct horse battery";

/// When every test begins.
pub(crate) const BEGIN: Timestamp = Timestamp::from_secs(1_800_000_000);

pub(crate) struct TestHub {
    pub(crate) hub: Hub,
    pub(crate) clock: Clock,
    pub(crate) directory: TempDir,
}

impl TestHub {
    pub(crate) async fn open() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Clock::manual(BEGIN);
        let hub = open_in(&directory, &clock).await;
        Self {
            hub,
            clock,
            directory,
        }
    }

    /// Closes the hub and opens it again on the same data.
    pub(crate) async fn reopen(self) -> Self {
        self.hub.close().await;
        let hub = open_in(&self.directory, &self.clock).await;
        Self { hub, ..self }
    }

    pub(crate) fn pass(&self, seconds: i64) {
        let Clock::Manual(ms) = &self.clock else {
            return;
        };
        ms.fetch_add(seconds * 1000, Ordering::Relaxed);
    }

    pub(crate) async fn device(&self, id: &str, tags: Value) -> DeviceId {
        let permit = self
            .hub
            .permit::<ProvisionDevices>(&Access::console())
            .unwrap();
        let mut new = NewDevice::named(DeviceId::new(id).unwrap());
        new.tags = object(tags);
        self.hub.create_device(permit, new).await.unwrap().id
    }

    pub(crate) async fn person(&self, name: &str, roles: &[(Role, &str)]) -> (Person, Access) {
        let permit = self.hub.permit::<ManagePeople>(&Access::console()).unwrap();
        let grant = |(role, scope): &(Role, &str)| RoleGrant {
            role: *role,
            scope: (*scope).to_owned(),
        };
        let account = NewAccount {
            name: name.into(),
            display_name: String::new(),
            roles: roles.iter().map(grant).collect(),
            password: Some(PASSWORD.into()),
        };
        let (person, _) = self.hub.create_person(&permit, account).await.unwrap();
        let access = self.hub.access_of(person.id).await.unwrap().unwrap();
        (person, access)
    }

    pub(crate) async fn key(&self, id: &DeviceId) -> SharedKey {
        let permit = self
            .hub
            .permit_device::<SeeCredentials>(&Access::console(), id)
            .unwrap();
        let text = self
            .hub
            .device_connection_string(permit, Slot::Primary)
            .await
            .unwrap();
        SharedKey::new(text.split_once("SharedAccessKey=").unwrap().1).unwrap()
    }

    pub(crate) async fn log_in(&self, id: &DeviceId) -> DeviceProof {
        let token = token(&self.key(id).await, id.as_str(), self.hub.now());
        let credentials = DeviceCredentials {
            device: id.as_str(),
            token: Some(&token),
        };
        self.hub
            .authenticate_device(credentials)
            .await
            .unwrap()
            .proof
    }

    pub(crate) async fn patch(&self, id: &DeviceId, tags: Option<Value>, desired: Option<Value>) {
        let permit = self
            .hub
            .permit_device::<EditTwin>(&Access::console(), id)
            .unwrap();
        let write = ServiceWrite {
            mode: Mode::Merge,
            tags,
            desired,
        };
        self.hub.write_twin(&permit, write, None).await.unwrap();
    }
}

pub(crate) async fn open_in(directory: &TempDir, clock: &Clock) -> Hub {
    let location = Location::Sqlite {
        dir: directory.path().to_owned(),
    };
    let config = HubConfig {
        store: StoreConfig::new(location, MasterKey([1; 32])),
        hostname: "hub.example.net".into(),
        clock: clock.clone(),
        entropy: Entropy::seeded(1),
    };
    Hub::open(config).await.unwrap()
}

pub(crate) fn token(key: &SharedKey, id: &str, now: Timestamp) -> String {
    let resource = format!("hub.example.net/devices/{id}");
    SasToken::sign(&resource, key, now.plus_ms(3_600_000), None)
}

pub(crate) fn link() -> (ConnectionInfo, mpsc::Receiver<ToDevice>) {
    let (sender, receiver) = mpsc::channel(LINK_CAPACITY);
    let info = ConnectionInfo {
        protocol: "MQTT",
        address: "127.0.0.1:50000".into(),
        model_id: None,
        clean_session: false,
        link: sender,
    };
    (info, receiver)
}

pub(crate) fn object(value: Value) -> Object {
    value.as_object().cloned().unwrap_or_default()
}

/// The first rows in the order of ids.
pub(crate) fn first_rows(condition: Condition) -> PageQuery {
    PageQuery {
        condition,
        text: String::new(),
        sort: Sort {
            by: SortKey::Id,
            descending: false,
        },
        limit: 100,
        cursor: None,
    }
}
