//! What travels to the page of the fleet's health.

use muster_core::ids::DeviceId;
use serde::{Deserialize, Serialize};

use crate::charts::{ChartModel, HistogramModel};

/// A part of the fleet.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Share {
    /// What the devices have in common.
    pub label: String,
    /// How many.
    pub n: u64,
    /// The list of exactly these.
    pub href: String,
    /// By contact, in the order of [`muster_core::contact::Contact::ALL`]; empty where that is not told.
    pub contact: Vec<u64>,
}

/// The fleet in parts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Breakdown {
    /// By what.
    pub caption: String,
    /// The parts.
    pub rows: Vec<Share>,
    /// Parts that are left out; at least so many.
    pub more: u64,
}

/// A device that was silent for long.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Offender {
    /// Which.
    pub id: DeviceId,
    /// Its last activity, in milliseconds since 1970.
    pub last: Option<i64>,
}

/// The page.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct HealthView {
    /// When it was counted, in milliseconds since 1970.
    pub at: i64,
    /// The dimension, in the query language.
    pub by: String,
    /// Dimensions to choose from.
    pub dimensions: Vec<String>,
    /// What of the question cannot be answered, and what to do.
    pub problem: Option<String>,
    /// In service, connected, with drift.
    pub figures: Vec<Share>,
    /// By contact, in the order of [`muster_core::contact::Contact::ALL`].
    pub contact: Vec<Share>,
    /// By the dimension.
    pub groups: Breakdown,
    /// Drift by the dimension; only parts that have some.
    pub drift: Breakdown,
    /// By the age of the last activity.
    pub ages: Breakdown,
    /// By the version of firmware that devices report.
    pub firmware: Breakdown,
    /// Batteries and signals, as far as devices report them.
    pub numbers: Vec<HistogramModel>,
    /// The devices that are silent for longest.
    pub silent: Vec<Offender>,
    /// Presence, connections and drift, and firmware over time; empty before the first sample.
    pub history: Vec<ChartModel>,
}
