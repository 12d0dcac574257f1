//! What travels in the stream: the SSE event names the kind, its data is JSON.

use muster_core::access::PolicyName;
use muster_core::contact::Contact;
use muster_core::device::Status;
use muster_core::event::EventKind;
use muster_core::ids::{ConfigurationId, DeviceId, OperationId};
use muster_core::lifecycle::Stage;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A device as a row of a list: what can change while one looks at it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowNews {
    /// Which device.
    pub id: DeviceId,
    /// Whether it may connect.
    pub status: Status,
    /// Where it is in its life.
    pub stage: Stage,
    /// How it keeps in touch; judged only for devices in service.
    pub contact: Option<Contact>,
    /// Whether a connection is open.
    pub connected: bool,
    /// Its last activity, in milliseconds since 1970.
    pub last_activity_ms: Option<i64>,
    /// Whether what it reports differs from what is desired.
    pub drift: bool,
    /// Whether its twin or its connection changed: columns that show these are read again.
    pub values: bool,
}

/// The counts of the fleet in the person's scope. Planned and retired devices are not in service and counted only
/// among the stages.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CensusNews {
    /// When it was counted, in milliseconds since 1970.
    pub at_ms: i64,
    /// Devices in service.
    pub in_service: u64,
    /// Devices with an open connection.
    pub connected: u64,
    /// Devices whose reported state differs from what is desired.
    pub drift: u64,
    /// Devices that may not connect.
    pub disabled: u64,
    /// By contact; absent words count zero.
    pub contacts: Vec<(Contact, u64)>,
    /// By stage; absent stages count zero.
    pub stages: Vec<(Stage, u64)>,
}

impl CensusNews {
    /// How many keep in touch this way.
    pub fn contact(&self, contact: Contact) -> u64 {
        count_of(&self.contacts, &contact)
    }

    /// How many are in this stage.
    pub fn stage(&self, stage: Stage) -> u64 {
        count_of(&self.stages, &stage)
    }

    /// Devices in contact: reporting, or asleep as planned.
    pub fn in_contact(&self) -> u64 {
        self.contact(Contact::Reporting) + self.contact(Contact::Asleep)
    }
}

fn count_of<K: PartialEq>(counts: &[(K, u64)], key: &K) -> u64 {
    counts.iter().find(|(k, _)| k == key).map_or(0, |(_, n)| *n)
}

/// A part of a device's page that has news.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// It connected, disconnected, or was active.
    Presence,
    /// Tags, desired or reported properties.
    Twin,
    /// A message arrived.
    Telemetry,
    /// Something was done with it that changed none of these.
    Event,
    /// Status, stage, credentials.
    Identity,
    /// It was deleted.
    Deleted,
}

/// What is new about one device.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DeviceNews {
    /// Which device.
    pub id: DeviceId,
    /// What to read again.
    pub aspects: Vec<Aspect>,
}

/// Who caused an event.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A person, by the name they had.
    Person(String),
    /// Whoever signs with the key of a shared access policy.
    Policy(PolicyName),
    /// The device itself.
    Device,
    /// The command line.
    Console,
    /// The hub by itself.
    Hub,
    /// A bulk operation.
    Operation(OperationId),
    /// A configuration that covers the device.
    Configuration(ConfigurationId),
}

/// An event as pages show it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventView {
    /// Its place in the sequence.
    pub seq: i64,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// To which device, if to one.
    pub device: Option<DeviceId>,
    /// By whom.
    pub cause: Cause,
    /// What.
    pub kind: EventKind,
    /// The particulars.
    #[serde(with = "crate::rpc::json")]
    pub detail: Value,
}

/// News of the stream.
#[derive(Clone, PartialEq, Debug)]
pub enum Item {
    /// Rows as they are now.
    Rows(Vec<RowNews>),
    /// The counts as they are now.
    Census(CensusNews),
    /// Something about one device changed.
    Device(DeviceNews),
    /// New events, oldest first.
    Events(Vec<EventView>),
    /// These operations changed, or their list: read them again.
    Operations(Vec<OperationId>),
    /// Something was asked for or decided: read again what waits.
    Approvals,
    /// A window, a calendar, a place or firmware changed: read them again.
    Books,
    /// Alerts or their rules changed: read them again.
    Alerts,
    /// Something was missed: read everything again.
    Resync,
}

impl Item {
    /// The kinds, as the stream names them.
    pub const KINDS: &[&str] = &[
        "rows",
        "census",
        "device",
        "events",
        "operations",
        "approvals",
        "books",
        "alerts",
        "resync",
    ];

    /// The name of its kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Rows(_) => "rows",
            Self::Census(_) => "census",
            Self::Device(_) => "device",
            Self::Events(_) => "events",
            Self::Operations(_) => "operations",
            Self::Approvals => "approvals",
            Self::Books => "books",
            Self::Alerts => "alerts",
            Self::Resync => "resync",
        }
    }

    /// Reads news of a kind; `None` when this page does not know them.
    pub fn read(kind: &str, data: &str) -> Option<Self> {
        match kind {
            "rows" => serde_json::from_str(data).ok().map(Self::Rows),
            "census" => serde_json::from_str(data).ok().map(Self::Census),
            "device" => serde_json::from_str(data).ok().map(Self::Device),
            "events" => serde_json::from_str(data).ok().map(Self::Events),
            "operations" => serde_json::from_str(data).ok().map(Self::Operations),
            "approvals" => Some(Self::Approvals),
            "books" => Some(Self::Books),
            "alerts" => Some(Self::Alerts),
            "resync" => Some(Self::Resync),
            _ => None,
        }
    }

    /// Its data as the stream carries it.
    pub fn data(&self) -> String {
        match self {
            Self::Rows(rows) => json(rows),
            Self::Census(census) => json(census),
            Self::Device(device) => json(device),
            Self::Events(events) => json(events),
            Self::Operations(ids) => json(ids),
            Self::Approvals | Self::Books | Self::Alerts | Self::Resync => "{}".to_owned(),
        }
    }
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("news are plain data")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn news_are_read_back() {
        let items = [
            Item::Rows(vec![RowNews {
                id: DeviceId::new("pump-1").unwrap(),
                status: Status::Enabled,
                stage: Stage::Active,
                contact: Some(Contact::Reporting),
                connected: true,
                last_activity_ms: Some(1),
                drift: false,
                values: true,
            }]),
            Item::Census(CensusNews {
                contacts: vec![(Contact::Silent, 3)],
                ..CensusNews::default()
            }),
            Item::Device(DeviceNews {
                id: DeviceId::new("pump-1").unwrap(),
                aspects: vec![Aspect::Twin],
            }),
            Item::Events(vec![EventView {
                seq: 1,
                at_ms: 2,
                device: None,
                cause: Cause::Person("ann".to_owned()),
                kind: EventKind::SignedIn,
                detail: serde_json::json!({"from": "::1"}),
            }]),
            Item::Operations(vec![OperationId(7)]),
            Item::Approvals,
            Item::Books,
            Item::Alerts,
            Item::Resync,
        ];
        let kinds: Vec<_> = items.iter().map(Item::kind).collect();
        assert_eq!(kinds, Item::KINDS);
        for item in items {
            assert_eq!(Item::read(item.kind(), &item.data()), Some(item));
        }
        assert_eq!(Item::read("later", "{}"), None);
        assert_eq!(Item::read("rows", "{}"), None);
    }
}
