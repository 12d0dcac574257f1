//! How an operation goes about it: waves, gates, limits, and when it stops by itself.

use serde::{Deserialize, Serialize};

use crate::gate::Gate;
use crate::time::Timestamp;

/// Most waves of an operation.
pub const MAX_WAVES: usize = 20;

/// Most gates of an operation.
pub const MAX_GATES: usize = 8;

/// Most attempts per device.
pub const MAX_ATTEMPTS: u8 = 10;

/// When, in which order, under which conditions.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct How {
    /// When it starts; at once when absent (and approved).
    pub starts_at: Option<Timestamp>,
    /// When what is not done by then is given up.
    pub expires_at: Option<Timestamp>,
    /// In which parts, at most [`MAX_WAVES`]; none for all at once.
    pub waves: Vec<Wave>,
    /// What holds a device back, in this order, at most [`MAX_GATES`].
    pub gates: Vec<Gate>,
    /// How fast.
    pub limits: Limits,
    /// What happens to devices that are offline, where the task needs a connection.
    pub offline: Offline,
    /// Attempts per device, 1 to [`MAX_ATTEMPTS`].
    pub attempts: u8,
    /// How long until the next attempt, in seconds.
    pub retry_after_s: u32,
    /// How long a device may take once it began, in seconds.
    pub timeout_s: u32,
    /// Devices that begin to match while it runs join the last wave.
    pub newcomers: bool,
    /// When it stops by itself.
    pub failures: Option<FailureRule>,
}

/// All at once, as soon as possible: each device once, waiting for those that are away.
impl Default for How {
    fn default() -> Self {
        Self {
            starts_at: None,
            expires_at: None,
            waves: Vec::new(),
            gates: Vec::new(),
            limits: Limits::default(),
            offline: Offline::default(),
            attempts: 1,
            retry_after_s: 300,
            timeout_s: 3600,
            newcomers: false,
            failures: None,
        }
    }
}

/// A part of the targets that goes after the one before has proved good.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wave {
    /// Which part.
    pub size: WaveSize,
    /// The share of its devices that must succeed before the next wave opens, in percent.
    #[serde(default = "all")]
    pub success_percent: u8,
    /// How long it is watched after that, in seconds.
    #[serde(default)]
    pub soak_s: u32,
    /// The next wave waits for a person.
    #[serde(default)]
    pub manual: bool,
}

/// In percent.
fn all() -> u8 {
    100
}

/// Which part of the targets a wave takes, of those no earlier wave took.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum WaveSize {
    /// So many.
    Count {
        /// Devices.
        devices: u32,
    },
    /// A share of all targets.
    Permille {
        /// Thousandths of all targets, 1 to 1000; rounded up.
        share: u16,
    },
    /// Those that match.
    Query {
        /// A condition of the query language.
        text: String,
    },
    /// All that are left.
    Rest,
}

/// How fast an operation goes. Device traffic always goes first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// Devices begun per minute.
    pub per_minute: Option<u32>,
    /// Devices at work at the same time.
    pub in_flight: Option<u32>,
}

/// What happens to a device that is offline when its turn comes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offline {
    /// It fails.
    Fail,
    /// It waits until it is online or the operation expires.
    #[default]
    Wait,
    /// It is done in its absence where the task allows that (desired properties), or at its next contact.
    NextContact,
}

/// When too many devices failed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailureRule {
    /// This many failed devices in a wave are too many.
    pub count: Option<u32>,
    /// This share of the finished devices of a wave is too much, in percent.
    pub percent: Option<u8>,
    /// Finished devices of a wave before the share is looked at.
    pub after: u32,
    /// What happens then.
    pub then: OnFailures,
}

/// What an operation does when too many devices failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailures {
    /// It pauses and waits for a person.
    Pause,
    /// It ends; what has begun may finish.
    Stop,
    /// It ends, and what it did is taken back by an operation of the same kind.
    RollBack,
}
