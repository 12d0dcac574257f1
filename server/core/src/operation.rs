//! Bulk operations: *what* is done, to *whom*, and *how* (product §4). One vocabulary for jobs and rollouts.

use serde::{Deserialize, Serialize};

use crate::ids::DeviceId;

mod allot;
mod check;
mod count;
mod expect;
mod forecast;
mod how;
#[cfg(test)]
mod model;
mod progress;
mod read;
mod state;
mod target;
mod task;
mod touch;

pub use allot::{Allotment, place_of};
pub use check::{BadPlan, MAX_DELAY_S};
pub use count::{Counts, Tally};
pub use expect::{Expectation, Standing};
pub use forecast::{Forecast, Group, HORIZON_DAYS, MAX_CURVE, MAX_GROUPS, Outlook, Stage};
pub use how::{
    FailureRule, How, Limits, MAX_ATTEMPTS, MAX_GATES, MAX_WAVES, Offline, OnFailures, Wave,
    WaveSize,
};
pub use progress::{Progress, progress, too_many_failed};
pub use state::{NotNow, OperationState, Turn, WaveState};
pub use target::{TargetState, TargetTurn};
pub use task::{Task, TaskKind};
pub use touch::{collides, undo_of, would_change};

/// Most characters of an operation's title.
pub const MAX_TITLE: usize = 120;

/// Most devices that a plan can name one by one; more need a query.
pub const MAX_NAMED: usize = 10_000;

/// What somebody asks for. Kept as it was asked, as long as the operation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// What people call it; 1 to [`MAX_TITLE`] characters.
    pub title: String,
    /// What is done to each device.
    pub task: Task,
    /// Whom it is for.
    pub target: Target,
    /// When, in which order, under which conditions.
    #[serde(default)]
    pub how: How,
}

/// Whom an operation is for. The devices are written down when it starts and stay.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Target {
    /// All that match a condition of the query language; empty for the whole fleet.
    Query {
        /// The condition.
        text: String,
    },
    /// These, at most [`MAX_NAMED`].
    Devices {
        /// Their names.
        ids: Vec<DeviceId>,
    },
}
