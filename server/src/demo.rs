//! `serve --demo`: accounts for each role and a fleet of simulated devices against the hub's own listener.

mod alerts;
mod firmware;
mod history;
mod work;

use std::path::Path;

use futures::stream::{self, StreamExt as _};
use muster_core::access::PolicyName;
use muster_core::ids::DeviceId;
use muster_core::key::SharedKey;
use muster_core::policy::Role;
use muster_query::Condition;
use muster_service::access::kinds::SeeDevices;
use muster_service::people::NewAccount;
use muster_service::registry::NewDevice;
use muster_service::{Access, Hub, ServiceError};
use muster_simulator::target::PolicyString;
use muster_simulator::{HubTarget, Planned, SimDevice};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::control::perform::grants;
use crate::data_dir::write_private;
use crate::failure::Failure;

/// Devices of the demo.
pub const DEVICES: usize = 500;

/// Devices registered at the same time: they share commits.
const AT_ONCE: usize = 64;

/// Under this name the hub remembers that its fleet is the demo.
const REMEMBERED: &str = "demo";

/// The accounts of the demo, one per role.
const PEOPLE: [(Role, &str); 4] = [
    (Role::Operator, "Operator North"),
    (Role::Supervisor, "Supervisor East"),
    (Role::Manager, "Manager Europe"),
    (Role::Admin, "Administrator"),
];

/// What is remembered about the demo of a data directory.
#[derive(Serialize, Deserialize)]
struct Mark {
    devices: usize,
    complete: bool,
}

/// An account of the demo and its password.
#[derive(Clone)]
pub struct DemoAccount {
    /// The sign-in name: the role.
    pub name: &'static str,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for DemoAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DemoAccount({})", self.name)
    }
}

/// The demo, ready to run.
#[derive(Debug)]
pub struct Demo {
    /// Accounts made just now, with their passwords.
    pub accounts: Vec<DemoAccount>,
    /// Devices to simulate.
    pub devices: Vec<SimDevice>,
    /// Devices of the fleet; some stay in their boxes.
    pub registered: usize,
}

/// Fills a fresh data directory with the demo; finds it again in one that holds it already.
pub async fn prepare(hub: &Hub, count: usize) -> Result<Demo, Failure> {
    let mark = match hub.remembered(REMEMBERED).await? {
        Some(text) => serde_json::from_str(&text).map_err(|problem| {
            Failure::Refused(format!(
                "what the hub remembers of its demo cannot be read: {problem}; use a new --data-dir"
            ))
        })?,
        None if is_fresh(hub).await? => Mark {
            devices: count,
            complete: false,
        },
        None => {
            return Err(Failure::Refused(
                "this data directory is in use and holds no demo; give --demo an empty one with --data-dir".to_owned(),
            ));
        }
    };
    let plan = muster_simulator::plan(mark.devices);
    let mut accounts = Vec::new();
    if !mark.complete {
        // Remembered before and after: a start that is interrupted goes on where it was.
        remember(hub, &mark).await?;
        register(hub, &plan).await?;
        firmware::add(hub).await?;
        work::add(hub).await?;
        history::add(hub, &plan).await?;
        alerts::add(hub).await?;
        accounts = make_accounts(hub).await?;
        remember(
            hub,
            &Mark {
                complete: true,
                ..mark
            },
        )
        .await?;
    }
    Ok(Demo {
        accounts,
        devices: simulated(hub, plan).await?,
        registered: hub.fleet_count(&Access::console(), &Condition::all(), "")?,
    })
}

/// Where the devices of the demo connect.
pub fn target(mqtt: std::net::SocketAddr, hostname: &str, ca: &[u8]) -> Result<HubTarget, Failure> {
    let host = if mqtt.ip().is_loopback() {
        "localhost"
    } else {
        hostname
    };
    HubTarget::new(host, mqtt.port(), ca)
        .map_err(|problem| Failure::Refused(crate::failure::story(&problem)))
}

/// Writes the passwords for end-to-end tests: `{"operator": "…", …}`, 0600.
pub fn write_passwords(accounts: &[DemoAccount], path: &Path) -> Result<(), Failure> {
    let passwords: Map<String, Value> = accounts
        .iter()
        .map(|account| (account.name.to_owned(), account.password.clone().into()))
        .collect();
    let json = serde_json::to_vec_pretty(&passwords).expect("texts are JSON");
    write_private(path, &json).map_err(Failure::file("write", path))
}

async fn is_fresh(hub: &Hub) -> Result<bool, ServiceError> {
    let console = Access::console();
    let people = hub.people_list(&hub.permit(&console)?).await?;
    Ok(people.is_empty() && hub.fleet_count(&console, &Condition::all(), "")? == 0)
}

async fn remember(hub: &Hub, mark: &Mark) -> Result<(), ServiceError> {
    let text = serde_json::to_string(mark).expect("a mark is plain data");
    hub.remember(&hub.permit(&Access::console())?, REMEMBERED, &text)
        .await
}

async fn register(hub: &Hub, plan: &[Planned]) -> Result<(), Failure> {
    let made = stream::iter(plan).map(|planned| async move {
        let new = NewDevice {
            tags: planned.tags.clone(),
            desired: planned.desired.clone(),
            ..NewDevice::named(DeviceId::new(&planned.id)?)
        };
        match hub
            .create_device(hub.permit(&Access::console())?, new)
            .await
        {
            Ok(_) | Err(ServiceError::AlreadyExists) => Ok(()),
            Err(problem) => Err(problem),
        }
    });
    let mut made = made.buffer_unordered(AT_ONCE);
    while let Some(made) = made.next().await {
        made?;
    }
    Ok(())
}

async fn make_accounts(hub: &Hub) -> Result<Vec<DemoAccount>, Failure> {
    let permit = hub.permit(&Access::console())?;
    let mut accounts = Vec::new();
    for (role, display_name) in PEOPLE {
        // Given, not left to the hub: a password the hub makes must be changed at the first sign-in.
        let password = hub.entropy().password();
        let new = NewAccount {
            name: role.as_str().to_owned(),
            display_name: display_name.to_owned(),
            roles: grants(vec![role], ""),
            password: Some(password.clone()),
        };
        match hub.create_person(&permit, new).await {
            Ok(_) => accounts.push(DemoAccount {
                name: role.as_str(),
                password,
            }),
            Err(ServiceError::AlreadyExists) => {}
            Err(problem) => return Err(problem.into()),
        }
    }
    Ok(accounts)
}

/// The devices that still exist. They sign with the key of the policy `device`: opening five hundred sealed keys would
/// leave as many entries in the audit trail at each start.
async fn simulated(hub: &Hub, plan: Vec<Planned>) -> Result<Vec<SimDevice>, Failure> {
    let console = Access::console();
    if plan.is_empty() {
        return Ok(Vec::new());
    }
    let (policy, key) = device_policy(hub).await?;
    let exists = |planned: &Planned| {
        let id = DeviceId::new(&planned.id);
        id.is_ok_and(|id| hub.permit_device::<SeeDevices>(&console, &id).is_ok())
    };
    let mut devices: Vec<SimDevice> = plan
        .into_iter()
        .filter(exists)
        .filter_map(|planned| planned.with_key(key.clone()))
        .collect();
    for device in &mut devices {
        device.policy = Some(policy.clone());
    }
    Ok(devices)
}

async fn device_policy(hub: &Hub) -> Result<(String, SharedKey), Failure> {
    let permit = hub.permit(&Access::console())?;
    let text = hub
        .policy_connection_string(permit, PolicyName::Device)
        .await?;
    let parsed =
        PolicyString::parse(&text).map_err(|problem| Failure::Refused(problem.to_string()))?;
    Ok((parsed.policy, parsed.key))
}
