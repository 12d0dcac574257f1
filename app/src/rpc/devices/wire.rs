//! What travels about one device. Its keys only ever travel as a [`Secret`].

use std::fmt;

use muster_core::contact::Contact;
use muster_core::device::{AuthKind, Status};
use muster_core::ids::{DeviceId, OperationId};
use muster_core::key::Slot;
use muster_core::lifecycle::Stage;
use muster_core::rotation::Step;
use muster_core::twin::Object;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::charts::ChartModel;
use crate::live::wire::EventView;
use crate::panels::twin::compare::Leaf;

/// A device's open connection.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Connection {
    /// How it speaks.
    pub protocol: String,
    /// From where.
    pub address: String,
    /// Since when, in milliseconds since 1970.
    pub since: i64,
}

/// How old the keys of a device are, and which one it uses.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Keys {
    /// When the primary key was made, in milliseconds since 1970.
    pub primary_at: i64,
    /// When the secondary key was made.
    pub secondary_at: i64,
    /// When it last signed in with a key of its own.
    pub used_at: Option<i64>,
    /// With which; none when that key opens it no longer.
    pub used: Option<Slot>,
    /// The operation that rotates them or did so last, and how far it is.
    pub rotation: Option<(OperationId, Step)>,
}

/// What the person may do to this device.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Rights {
    /// Change tags and desired properties.
    pub edit_twin: bool,
    /// Call methods.
    pub invoke: bool,
    /// Enable and disable.
    pub provision: bool,
    /// See how it proves itself, and its keys.
    pub see_credentials: bool,
}

/// A device as its page shows it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DeviceView {
    /// Its name.
    pub id: DeviceId,
    /// Token of the identity.
    pub etag: String,
    /// Whether it may connect.
    pub status: Status,
    /// Why, when somebody said so.
    pub status_reason: Option<String>,
    /// When the status last changed, in milliseconds since 1970.
    pub status_at: Option<i64>,
    /// Where it is in its life.
    pub stage: Stage,
    /// When it came there.
    pub stage_at: i64,
    /// How it proves who it is; only for who may see credentials.
    pub auth: Option<AuthKind>,
    /// What is known about its keys; only for who may see credentials, of devices that have keys.
    pub keys: Option<Keys>,
    /// The plug-and-play model it announced; empty when none.
    pub model: String,
    /// When the identity was made.
    pub created_at: i64,
    /// When it was last heard of.
    pub last_activity: Option<i64>,
    /// How it keeps in touch; judged in service only.
    pub contact: Option<Contact>,
    /// Its connection now.
    pub connection: Option<Connection>,
    /// Seconds between two expected contacts.
    pub every_s: u32,
    /// It disconnects between contacts on purpose.
    pub sleeps: bool,
    /// What people and tools say about it.
    #[serde(with = "crate::rpc::json")]
    pub tags: Object,
    /// The firmware it reports, where it does.
    pub firmware: Option<String>,
    /// Desired properties that it has not confirmed.
    pub open_properties: u64,
    /// What the person may do.
    pub rights: Rights,
    /// The hub's present, in milliseconds since 1970.
    pub now: i64,
}

/// A twin to compare and to edit.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TwinView {
    /// Concurrency token of tags and desired properties.
    pub etag: String,
    /// Revision of the desired properties.
    pub desired_version: u64,
    /// Revision of the reported properties.
    pub reported_version: u64,
    /// What people and tools say about the device.
    #[serde(with = "crate::rpc::json")]
    pub tags: Object,
    /// What the device should be.
    #[serde(with = "crate::rpc::json")]
    pub desired: Object,
    /// Both sides of each property.
    pub leaves: Vec<Leaf>,
    /// Whether the person may edit.
    pub may_edit: bool,
    /// The hub's present, in milliseconds since 1970.
    pub now: i64,
}

/// When the device learns of a change.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// It is connected and was told.
    Now,
    /// It reads the twin when it connects.
    NextContact,
    /// Nothing that the device sees has changed.
    Nothing,
}

/// What was stored.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Saved {
    /// Token of the twin now.
    pub etag: String,
    /// Revision of the desired properties now.
    pub desired_version: u64,
    /// Something was different from before.
    pub changed: bool,
    /// When the device learns of it.
    pub delivery: Delivery,
}

/// A page of a device's events.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Timeline {
    /// Newest first.
    pub rows: Vec<EventView>,
    /// Cursor of the page before: newer events.
    pub previous: Option<String>,
    /// Cursor of the page after: older events.
    pub next: Option<String>,
    /// The hub's present, in milliseconds since 1970.
    pub now: i64,
}

/// A change of desired properties.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RevisionRow {
    /// The version it made.
    pub version: u64,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// What was changed, in words.
    pub what: String,
    /// Why, where somebody said so.
    pub reason: Option<String>,
    /// Who did it, in words.
    pub by: String,
    /// The page of whoever did it.
    pub href: Option<String>,
}

/// A page of them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Revisions {
    /// Newest first.
    pub rows: Vec<RevisionRow>,
    /// Cursor of the page before: newer ones.
    pub previous: Option<String>,
    /// Cursor of the page after: older ones.
    pub next: Option<String>,
    /// The version in force.
    pub current: u64,
    /// Whether the person may bring one back.
    pub may_restore: bool,
}

/// A property that differs; a side where it is absent has no value.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DifferenceRow {
    /// The path, keys with dots between.
    pub path: String,
    /// What it was, as JSON.
    pub before: Option<String>,
    /// What it is then, as JSON.
    pub after: Option<String>,
}

/// Two versions of desired properties beside each other.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Comparison {
    /// The first version.
    pub from: u64,
    /// The second one.
    pub to: u64,
    /// What differs, in the order of paths.
    pub rows: Vec<DifferenceRow>,
}

/// What bringing back a version would do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct WayBack {
    /// The version.
    pub version: u64,
    /// The version in force.
    pub current: u64,
    /// Token of the twin that it was made for.
    pub etag: String,
    /// What would change, in the order of paths.
    pub rows: Vec<DifferenceRow>,
    /// The device is connected and would be told at once.
    pub connected: bool,
    /// Whether the person may do it.
    pub may: bool,
}

/// What came of a call of a method.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Called {
    /// What was called.
    pub method: String,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// How it ended.
    pub outcome: CallOutcome,
}

/// How a call ended.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallOutcome {
    /// The device answered.
    Answered {
        /// Its status.
        status: i32,
        /// What it said; null for nothing.
        #[serde(with = "crate::rpc::json")]
        payload: Value,
    },
    /// It was not online for methods; nothing was sent.
    NotOnline {
        /// How long that was waited for.
        waited_s: u64,
    },
    /// It was sent, and no answer came.
    NoAnswer {
        /// How long that was waited for.
        waited_s: u64,
    },
    /// It was sent, and the connection ended before an answer.
    ConnectionLost,
    /// It answered something that cannot be used.
    Unreadable {
        /// Why, to follow "it answered, but".
        what: String,
    },
}

/// What was called before.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct MethodHistory {
    /// The device's latest calls, newest first.
    pub calls: Vec<EventView>,
    /// Methods that were called on it or on others of its model.
    pub names: Vec<String>,
}

/// A numeric field of a device's messages over a range.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Telemetry {
    /// Every numeric field that was seen.
    pub fields: Vec<String>,
    /// The one that is drawn.
    pub field: Option<String>,
    /// The drawing; `None` without any number.
    pub chart: Option<ChartModel>,
}

/// A connection string on its way. Debugging never shows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_debugged() {
        let secret = Secret("SharedAccessKey=abc".to_owned());
        assert!(!format!("{secret:?}").contains("abc"));
    }
}
