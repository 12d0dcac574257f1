//! What goes into the index and what comes out.

use muster_core::contact::Contact;
use muster_core::device::{AuthKind, Status};
use muster_core::ids::DeviceId;
use muster_core::lifecycle::Stage;
use muster_core::time::Timestamp;
use muster_core::twin::Object;
use muster_query::{Field, Literal};
use serde::{Deserialize, Serialize};

/// A device as the index knows it.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// Its name.
    pub id: DeviceId,
    /// Whether it may connect.
    pub status: Status,
    /// Where it is in its life.
    pub stage: Stage,
    /// When it came there.
    pub stage_at: Timestamp,
    /// How it proves who it is.
    pub auth: AuthKind,
    /// The plug-and-play model it announced; empty when none.
    pub model_id: String,
    /// Whether it has an open connection.
    pub connected: bool,
    /// Last connect, telemetry or twin write.
    pub last_activity_at: Option<Timestamp>,
    /// What people and tools say about it.
    pub tags: Object,
    /// Whether desired and reported properties differ.
    pub drift: bool,
    /// The desired properties of a device that was just made; `None` leaves what is known of them.
    pub first_desired: Option<Object>,
}

/// A device as a list shows it.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// The device.
    pub entry: Entry,
    /// How it keeps in touch; judged only for devices in service.
    pub contact: Option<Contact>,
}

/// A single value, as groups and orders know it.
#[derive(Clone, PartialEq, PartialOrd, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// `true` or `false`.
    Bool(bool),
    /// A number; 1 and 1.0 are the same.
    Number(f64),
    /// A text.
    String(String),
}

impl Scalar {
    /// The value as groups see it; `None` where there is nothing to compare.
    pub(crate) fn of(field: Field<'_>) -> Option<Self> {
        match field {
            Field::Bool(value) => Some(Self::Bool(value)),
            Field::Number(value) => Some(Self::Number(value)),
            Field::Str(value) => Some(Self::String(value.to_owned())),
            Field::Time(at) => Some(Self::String(at.to_string())),
            Field::Undefined | Field::Null | Field::Composite => None,
        }
    }
}

impl From<Scalar> for Literal {
    fn from(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Bool(value) => Self::Bool(value),
            Scalar::Number(value) => Self::Number(value),
            Scalar::String(value) => Self::String(value),
        }
    }
}

/// Counts over a part of the fleet.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Census {
    /// Devices in any stage.
    pub listed: usize,
    /// Devices in service: provisioned, active or in maintenance. The counts below are of these.
    pub in_service: usize,
    /// With an open connection.
    pub connected: usize,
    /// Not allowed to connect.
    pub disabled: usize,
    /// With desired and reported properties that differ.
    pub drift: usize,
    pub(crate) contact: [usize; Contact::ALL.len()],
    pub(crate) stage: [usize; Stage::ALL.len()],
}

impl Census {
    /// Devices in service that keep in touch this way.
    pub fn contact(&self, contact: Contact) -> usize {
        self.contact[contact as usize]
    }

    /// Devices in this stage, whether in service or not.
    pub fn stage(&self, stage: Stage) -> usize {
        self.stage[stage as usize]
    }
}

/// A path below tags that devices have a value at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TagPath {
    /// Its keys, joined with dots.
    pub path: String,
    /// How many devices have a value there.
    pub devices: usize,
}
