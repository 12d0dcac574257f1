//! A hub with its device door, and devices registered in it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use muster_core::device::{Authentication, Device, Status};
use muster_core::ids::DeviceId;
use muster_core::key::KeyPair;
use muster_core::message::Message;
use muster_core::sas::SasToken;
use muster_core::time::Timestamp;
use muster_core::twin::{Mode, ServiceWrite};
use muster_gateway::{Gateway, GatewayOptions, ServerTls};
use muster_service::access::kinds::{EditTwin, ProvisionDevices, SeeDevices};
use muster_service::firmware::FirmwareConfig;
use muster_service::registry::{IdentityChange, NewDevice};
use muster_service::series::Stretch;
use muster_service::{Access, Clock, Entropy, Hub, HubConfig};
use muster_storage::{Location, MasterKey, Store, StoreConfig};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub(crate) struct Rig {
    pub(crate) hub: Hub,
    pub(crate) address: SocketAddr,
    pub(crate) roots: Arc<RootCertStore>,
    dir: TempDir,
    stop: CancellationToken,
    running: JoinHandle<()>,
}

/// A registered device and what it needs to come in.
#[derive(Clone)]
pub(crate) struct Registered {
    pub(crate) id: DeviceId,
    pub(crate) keys: KeyPair,
}

impl Registered {
    /// A token for an hour.
    pub(crate) fn token(&self, hub: &Hub) -> String {
        self.token_until(hub.now().plus_ms(3_600_000))
    }

    pub(crate) fn token_until(&self, expires_at: Timestamp) -> String {
        let resource = format!("localhost/devices/{}", self.id);
        SasToken::sign(&resource, &self.keys.primary, expires_at, None)
    }
}

fn store_config(dir: &Path, max_pages: Option<u32>) -> StoreConfig {
    let location = Location::Sqlite {
        dir: dir.to_owned(),
    };
    StoreConfig {
        max_pages,
        ..StoreConfig::new(location, MasterKey([7; 32]))
    }
}

impl Rig {
    pub(crate) async fn start() -> Self {
        Self::open(tempfile::tempdir().unwrap(), None).await
    }

    pub(crate) async fn open(dir: TempDir, max_pages: Option<u32>) -> Self {
        let hub = Hub::open(HubConfig {
            store: store_config(dir.path(), max_pages),
            hostname: "localhost".into(),
            clock: Clock::System,
            entropy: Entropy::system(),
            firmware: FirmwareConfig::new(dir.path().join("artifacts")),
        });
        let hub = hub.await.unwrap();
        let tls_dir = dir.path().join("tls");
        let (tls, _) = ServerTls::open(&tls_dir, hub.hostname(), hub.now()).unwrap();
        let mut roots = RootCertStore::empty();
        let ca = CertificateDer::from_pem_file(tls_dir.join("ca.pem")).unwrap();
        roots.add(ca).unwrap();
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let options = GatewayOptions::default();
        let gateway = Gateway::bind(any, tls.config(), hub.clone(), options).unwrap();
        let address = gateway.local_addr().unwrap();
        let stop = CancellationToken::new();
        let running = tokio::spawn(gateway.run(stop.clone()));
        Self {
            hub,
            address,
            roots: Arc::new(roots),
            dir,
            stop,
            running,
        }
    }

    /// Asks the door to close.
    pub(crate) fn ask_to_stop(&self) {
        self.stop.cancel();
    }

    /// Stops everything; what was stored stays in the directory.
    pub(crate) async fn stop(self) -> TempDir {
        self.stop.cancel();
        self.running.await.unwrap();
        self.hub.close().await;
        self.dir
    }

    /// The same hub after a restart.
    pub(crate) async fn restart(self) -> Self {
        Self::open(self.stop().await, None).await
    }

    /// Stops everything and reads the messages of a device, oldest first.
    pub(crate) async fn messages(self, device: &DeviceId) -> Vec<Message> {
        let dir = self.stop().await;
        let store = Store::open(store_config(dir.path(), None), Arc::new(|_| {}));
        let store = store.await.unwrap();
        let (from, to) = (Timestamp::from_secs(0), Timestamp::from_secs(1 << 40));
        let mut messages = store.messages(device, from, to, 10_000).await.unwrap();
        store.close().await;
        messages.reverse();
        messages
    }

    pub(crate) async fn register(&self, id: &str) -> Registered {
        let id = DeviceId::new(id).unwrap();
        let permit = self
            .hub
            .permit::<ProvisionDevices>(&Access::console())
            .unwrap();
        let device = self
            .hub
            .create_device(permit, NewDevice::named(id))
            .await
            .unwrap();
        let Authentication::Sas(keys) = device.authentication else {
            panic!("a new device has keys");
        };
        Registered {
            id: device.id,
            keys,
        }
    }

    pub(crate) async fn set_status(&self, id: &DeviceId, status: Status) -> Device {
        let change = IdentityChange {
            status: Some((status, None)),
            ..IdentityChange::default()
        };
        let permit = self
            .hub
            .permit_device::<ProvisionDevices>(&Access::console(), id);
        self.hub
            .update_device(permit.unwrap(), None, change)
            .await
            .unwrap()
    }

    pub(crate) async fn delete(&self, id: &DeviceId) {
        let permit = self
            .hub
            .permit_device::<ProvisionDevices>(&Access::console(), id);
        self.hub.delete_device(permit.unwrap(), None).await.unwrap();
    }

    pub(crate) async fn write(
        &self,
        id: &DeviceId,
        mode: Mode,
        tags: Option<Value>,
        desired: Option<Value>,
    ) {
        let permit = self.hub.permit_device::<EditTwin>(&Access::console(), id);
        let write = ServiceWrite {
            mode,
            tags,
            desired,
        };
        self.hub
            .write_twin(&permit.unwrap(), write, None)
            .await
            .unwrap();
    }

    /// Reported properties and their version, as the service side sees them.
    pub(crate) async fn reported(&self, id: &DeviceId) -> (Value, u64) {
        let permit = self.hub.permit_device::<SeeDevices>(&Access::console(), id);
        let reported = self.hub.twin(&permit.unwrap()).await.unwrap().twin.reported;
        (Value::Object(reported.value), reported.version)
    }

    /// How many messages with the number `n` the device page can chart.
    pub(crate) async fn charted(&self, id: &DeviceId) -> usize {
        let permit = self.hub.permit_device::<SeeDevices>(&Access::console(), id);
        let to = self.hub.now().plus_ms(60_000);
        let stretch = Stretch {
            from: to.plus_ms(-3_600_000),
            to,
            columns: 10_000,
        };
        let permit = permit.unwrap();
        let series = self.hub.series(&permit, Some("n"), stretch);
        series.await.unwrap().buckets.len()
    }
}
