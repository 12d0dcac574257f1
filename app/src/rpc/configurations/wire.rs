//! What pages show of configurations.

use muster_core::configuration::Status;
use serde::{Deserialize, Serialize};

use crate::live::wire::Cause;

/// What a configuration is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Covers {
    /// Devices.
    Devices,
    /// Modules of devices.
    Modules,
    /// Modules of edge devices, which this hub has none of.
    Edge,
}

/// A configuration in a list.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ConfigurationRow {
    /// Its name.
    pub id: String,
    /// What it is for.
    pub covers: Covers,
    /// Its target condition.
    pub target: String,
    /// The higher wins.
    pub priority: i32,
    /// How many of the person's scope it covers.
    pub targeted: u64,
    /// Those where it wins and was written.
    pub applied: u64,
    /// Those of them that drift.
    pub drifted: u64,
    /// The lists of these devices: covered, applied, drifting. Modules have none.
    pub lists: Option<[String; 3]>,
    /// When all devices were last looked at for it.
    pub evaluated_ms: Option<i64>,
}

/// All configurations.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Configurations {
    /// The highest priority first.
    pub rows: Vec<ConfigurationRow>,
    /// Where they contradict each other.
    pub conflicts: Vec<ConflictRow>,
    /// Whether the person may change them.
    pub may_keep: bool,
    /// When this was.
    pub now: i64,
}

/// Two configurations that decide about the same properties.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ConflictRow {
    /// Which wins.
    pub winner: String,
    /// Which loses.
    pub loser: String,
    /// What about.
    pub paths: Vec<String>,
    /// How many devices of the person's scope both cover.
    pub devices: u64,
    /// The list of these.
    pub list: String,
}

/// One configuration in full.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ConfigurationView {
    /// As lists show it.
    pub row: ConfigurationRow,
    /// Concurrency token.
    pub etag: String,
    /// What it says, as people edit it.
    pub content: String,
    /// What it says, path by path.
    pub paths: Vec<PathRow>,
    /// Labels, one per line.
    pub labels: String,
    /// Metrics of its own, one per line.
    pub metrics: String,
    /// Their results.
    pub results: Vec<MetricRow>,
    /// When the results were counted.
    pub results_ms: i64,
    /// Its conflicts with others.
    pub conflicts: Vec<ConflictRow>,
    /// When it was made.
    pub created_ms: i64,
    /// When it was last changed.
    pub updated_ms: i64,
    /// Whether the person may change it.
    pub may_keep: bool,
}

/// A path and what it is set to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PathRow {
    /// The path; of an edge configuration with the module before it.
    pub path: String,
    /// The value, as text.
    pub value: String,
}

/// A metric with its result.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MetricRow {
    /// Its name.
    pub name: String,
    /// Its query.
    pub query: String,
    /// How many rows, or why that is not known.
    pub result: Result<u64, String>,
}

/// What a configuration would do.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PreviewView {
    /// Devices it would cover.
    pub matching: u64,
    /// How many of them were looked at for the figures below.
    pub looked_at: u64,
    /// Devices whose desired properties would change.
    pub changing: u64,
    /// Devices on which it would win nothing.
    pub losing: u64,
    /// The list of those it would cover.
    pub list: Option<String>,
    /// Some of those that would change.
    pub sample: Vec<SampleRow>,
}

/// A device that would change.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SampleRow {
    /// Which.
    pub device: String,
    /// What would change, as JSON.
    pub patch: String,
}

/// A configuration on a device.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct OnDeviceRow {
    /// Its name.
    pub id: String,
    /// The higher wins.
    pub priority: i32,
    /// How it stands.
    pub status: Status,
    /// Why it could not be written.
    pub problem: Option<String>,
    /// Paths it lost, each with who won it.
    pub lost: Vec<(String, String)>,
    /// Whose change it last put back, and when.
    pub contest: Option<(Cause, i64)>,
}
