//! A fleet to measure with: many devices with twins of about a kilobyte.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use muster_core::access::PolicyName;
use muster_core::embed::PanelParts;
use muster_core::ids::DeviceId;
use muster_core::key::SharedKey;
use muster_core::person::RoleGrant;
use muster_core::policy::Role;
use muster_core::twin::Object;
use muster_service::access::kinds::{ManageHub, ManagePeople, ProvisionDevices};
use muster_service::embeds::EmbedDraft;
use muster_service::firmware::FirmwareConfig;
use muster_service::people::NewAccount;
use muster_service::registry::NewDevice;
use muster_service::{Access, Clock, Entropy, Hub, HubConfig, Permit};
use muster_storage::{Location, MasterKey, StoreConfig};
use serde_json::{Value, json};

use crate::Outcome;
use crate::report::say;

/// The name the measured hub goes by.
pub(crate) const HOST: &str = "localhost";

/// Name and password of the person who looks at pages.
pub(crate) const OPERATOR: (&str, &str) = ("bench", "a password for measuring");

/// Devices registered at the same time.
const CALLERS: usize = 64;

/// What a prepared data directory holds.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    pub(crate) devices: usize,
    /// The key of the policy that connects as any device.
    pub(crate) device_policy: SharedKey,
    /// The token of an embed that shows the fleet by contact.
    pub(crate) embed: String,
}

/// The id of device number `n`.
pub(crate) fn id(n: usize) -> String {
    format!("bench-{n:07}")
}

/// Opens a hub on a database.
pub(crate) async fn open(location: Location, master_key: [u8; 32]) -> Outcome<Hub> {
    let dir = match &location {
        Location::Sqlite { dir } => dir.clone(),
        Location::Postgres { .. } => std::env::temp_dir(),
    };
    let config = HubConfig {
        store: StoreConfig::new(location, MasterKey(master_key)),
        hostname: HOST.into(),
        clock: Clock::System,
        entropy: Entropy::system(),
        firmware: FirmwareConfig::new(dir.join("artifacts")),
    };
    Ok(Hub::open(config).await?)
}

/// Registers devices `0..count` through the service.
pub(crate) async fn register(hub: &Hub, count: usize) -> Outcome {
    let begun = Instant::now();
    let next = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..CALLERS {
        let (hub, next) = (hub.clone(), next.clone());
        callers.spawn(async move {
            let access = Access::console();
            loop {
                let n = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                if n >= count {
                    return Outcome::Ok(());
                }
                let permit = hub.permit::<ProvisionDevices>(&access)?;
                let mut new = NewDevice::named(DeviceId::new(&id(n))?);
                (new.tags, new.desired) = (tags(n), desired(n));
                hub.create_device(permit, new).await?;
            }
        });
    }
    while let Some(done) = callers.join_next().await {
        done??;
    }
    let seconds = begun.elapsed().as_secs_f64();
    say(&format!(
        "registered {count} devices in {seconds:.1} s ({:.0}/s)",
        count as f64 / seconds
    ));
    Ok(())
}

/// Makes a data directory with a fleet and one operator, as the release binary will open it.
pub(crate) async fn prepare(data: &Path, count: usize) -> Outcome<Prepared> {
    let master_key = [7; 32];
    std::fs::create_dir_all(data.join("keys"))?;
    // The hub refuses a key that others may read.
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(data.join("keys/master.key"))?;
    file.write_all(&master_key)?;
    let hub = open(
        Location::Sqlite {
            dir: data.to_owned(),
        },
        master_key,
    )
    .await?;
    register(&hub, count).await?;
    let access = Access::console();
    let people = hub.permit::<ManagePeople>(&access)?;
    hub.create_person(
        &people,
        NewAccount {
            name: OPERATOR.0.into(),
            display_name: "Bench".into(),
            roles: vec![RoleGrant {
                role: Role::Operator,
                scope: String::new(),
            }],
            password: Some(OPERATOR.1.into()),
        },
    )
    .await?;
    let device_policy = policy_key(&hub).await?;
    let embed = embed(&hub, &people).await?;
    hub.close().await;
    Ok(Prepared {
        devices: count,
        device_policy,
        embed,
    })
}

/// An embed of a manager's; returns its token.
async fn embed(hub: &Hub, people: &Permit<ManagePeople>) -> Outcome<String> {
    let manager = NewAccount {
        name: "manager".into(),
        display_name: "Manager".into(),
        roles: vec![RoleGrant {
            role: Role::Manager,
            scope: String::new(),
        }],
        password: Some(OPERATOR.1.into()),
    };
    let manager = hub.create_person(people, manager).await?.person;
    let access = hub.access_of(manager.id).await?;
    let access = access.ok_or("the manager may not act")?;
    let draft = EmbedDraft {
        name: "Contact".into(),
        panel: PanelParts {
            kind: "contact".into(),
            ..PanelParts::default()
        },
        ..EmbedDraft::default()
    };
    let made = hub.create_embed(&hub.permit(&access)?, draft).await?;
    Ok(made.secret)
}

/// The key that connects as any device.
pub(crate) async fn policy_key(hub: &Hub) -> Outcome<SharedKey> {
    let permit = hub.permit::<ManageHub>(&Access::console())?;
    let text = hub
        .policy_connection_string(permit, PolicyName::Device)
        .await?;
    let (_, key) = text
        .split_once("SharedAccessKey=")
        .ok_or("the connection string has no key")?;
    Ok(SharedKey::new(key)?)
}

pub(crate) fn tags(n: usize) -> Object {
    object(json!({
        "region": (["north", "west", "central", "east", "south"][n % 5]),
        "site": format!("site-{:04}", n % 1000),
        "model": (["CT-200", "GW-50", "EM-10"][n % 3]),
        "customer": format!("customer-{:02}", n % 40),
        "ring": n % 4,
        "serial": format!("{:012X}", n.wrapping_mul(0x9E37_79B9)),
        "location": { "room": format!("room {}", n % 20), "timezone": "Europe/Berlin", "lat": 52.5, "lon": 13.4 },
        "contact": { "everyS": 300, "sleeps": n % 3 == 2 },
    }))
}

pub(crate) fn desired(n: usize) -> Object {
    object(json!({
        "reporting": { "intervalS": 60 + n % 3 },
        "alarm": { "low": 2.0, "high": 8.0 },
        "firmware": { "version": "4.3.0" },
    }))
}

/// A report of about half a kilobyte.
pub(crate) fn report(n: usize, round: u64) -> Value {
    json!({
        "firmware": { "version": "4.3.0" },
        "reporting": { "intervalS": 60 + n % 3 },
        "battery": { "percent": round % 100, "voltage": 3.1 },
        "net": { "type": "lora", "rssi": -60 - i64::try_from(round % 40).unwrap_or(0), "apn": "iot.example" },
        "power": { "source": "battery" },
        "round": round,
    })
}

fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}
