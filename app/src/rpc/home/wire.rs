//! What travels to the homes.

use muster_core::ids::OperationId;
use serde::{Deserialize, Serialize};

use super::NoteView;
use crate::charts::ChartModel;
use crate::live::wire::{CensusNews, EventView};
use crate::rpc::approvals::ApprovalView;

/// Devices with the same value of a tag.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GroupCount {
    /// The value as people read it; `None` for devices without one.
    pub value: Option<String>,
    /// How many.
    pub devices: u64,
    /// The list of exactly these; empty for devices without a value, which no condition can name yet.
    pub href: String,
}

/// A part of the fleet by the values of one tag, most first.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Grouping {
    /// The tag as people call it: `Site`.
    pub title: String,
    /// The largest groups.
    pub groups: Vec<GroupCount>,
}

/// An operation of one's own in which devices failed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FailedOperation {
    /// Which.
    pub id: OperationId,
    /// What people call it.
    pub title: String,
    /// How many devices failed.
    pub failed: u64,
}

/// The operator's home.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Queue {
    /// The counts.
    pub census: CensusNews,
    /// Silent devices by site, when sites are tagged.
    pub silent: Option<Grouping>,
    /// One's own operations that ended lately and in which devices failed, the newest first.
    pub failed: Vec<FailedOperation>,
    /// The last 24 hours; `None` before the first sample.
    pub presence: Option<ChartModel>,
    /// The newest notable events, newest first.
    pub events: Vec<EventView>,
    /// The newest handover notes, newest first.
    pub notes: Vec<NoteView>,
    /// The hub's present, in milliseconds since 1970.
    pub now: i64,
}

/// The supervisor's home.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Oversight {
    /// What waits for approval.
    pub waiting: Vec<ApprovalView>,
    /// The counts.
    pub census: CensusNews,
    /// Silent devices by site, when sites are tagged.
    pub silent: Option<Grouping>,
    /// The last 24 hours; `None` before the first sample.
    pub presence: Option<ChartModel>,
    /// The newest acts of people, newest first; `None` for who may not read the audit trail.
    pub acts: Option<Vec<EventView>>,
    /// The newest handover notes, newest first.
    pub notes: Vec<NoteView>,
    /// The hub's present, in milliseconds since 1970.
    pub now: i64,
}

/// A region's row on the manager's home.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Region {
    /// The region; `None` for devices without one.
    pub name: Option<String>,
    /// Its devices in service.
    pub devices: GroupCount,
    /// Those that report.
    pub reporting: GroupCount,
    /// Those that are asleep as planned.
    pub asleep: GroupCount,
    /// Those that are silent.
    pub silent: GroupCount,
}

/// The fleet by region.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Regions {
    /// The tag as people call it: `Region`.
    pub title: String,
    /// The regions, the largest first.
    pub rows: Vec<Region>,
    /// There are more regions than rows.
    pub more: bool,
}

/// How much of the time devices were in contact, counted at the worst moment of each hour.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Availability {
    /// Devices in contact, summed over the hours.
    pub in_contact: u64,
    /// Devices in service, summed over the same hours.
    pub in_service: u64,
    /// Hours of which there are samples.
    pub hours: u64,
    /// The share of each day, from 0 to 1, oldest first; days without samples are left out.
    pub days: Vec<f64>,
}

/// Devices that run firmware that was withdrawn.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Withdrawn {
    /// How many versions were withdrawn.
    pub versions: u64,
    /// The devices that run one of them.
    pub devices: u64,
    /// The list of exactly these; empty where no version was withdrawn.
    pub href: String,
}

/// The manager's home.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Goals {
    /// The counts.
    pub census: CensusNews,
    /// The last thirty days; `None` before the first sample.
    pub availability: Option<Availability>,
    /// The thirty days before those; `None` where there are no samples.
    pub before: Option<Availability>,
    /// Firmware that should run nowhere.
    pub withdrawn: Withdrawn,
    /// By region, when regions are tagged.
    pub regions: Option<Regions>,
    /// The last 24 hours; `None` before the first sample.
    pub presence: Option<ChartModel>,
    /// The hub's present, in milliseconds since 1970.
    pub now: i64,
}

/// The administrator's home.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct HubFacts {
    /// The counts.
    pub census: CensusNews,
    /// Connections open right now, in this process.
    pub connections: u64,
    /// How long a round trip through the writer took, in microseconds; `None` when it failed.
    pub writer_us: Option<u64>,
    /// Accounts.
    pub people: u64,
    /// Accounts that may sign in.
    pub active_people: u64,
    /// When the last backup was written, in milliseconds since 1970.
    pub last_backup: Option<i64>,
    /// The program's version.
    pub version: String,
    /// The name in connection strings.
    pub hostname: String,
    /// The newest acts of people, newest first.
    pub acts: Vec<EventView>,
    /// The hub's present, in milliseconds since 1970.
    pub now: i64,
}
