//! What travels to the homes.

use serde::{Deserialize, Serialize};

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

/// The operator's home.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Queue {
    /// The counts.
    pub census: CensusNews,
    /// Silent devices by site, when sites are tagged.
    pub silent: Option<Grouping>,
    /// The last 24 hours; `None` before the first sample.
    pub presence: Option<ChartModel>,
    /// The newest notable events, newest first.
    pub events: Vec<EventView>,
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

/// The manager's home.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Goals {
    /// The counts.
    pub census: CensusNews,
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
