//! How many devices of an operation or wave are where.

use serde::{Deserialize, Serialize};

use super::TargetState;

/// Devices per state. Kept in the same transaction as the devices themselves, so it always equals a full count.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// [`TargetState::Later`].
    pub later: u32,
    /// [`TargetState::Waiting`].
    pub waiting: u32,
    /// [`TargetState::Running`].
    pub running: u32,
    /// [`TargetState::Succeeded`].
    pub succeeded: u32,
    /// [`TargetState::Failed`].
    pub failed: u32,
    /// [`TargetState::Skipped`].
    pub skipped: u32,
    /// [`TargetState::Cancelled`].
    pub cancelled: u32,
}

impl Counts {
    /// The number in a state.
    pub fn of(&self, state: TargetState) -> u32 {
        match state {
            TargetState::Later => self.later,
            TargetState::Waiting => self.waiting,
            TargetState::Running => self.running,
            TargetState::Succeeded => self.succeeded,
            TargetState::Failed => self.failed,
            TargetState::Skipped => self.skipped,
            TargetState::Cancelled => self.cancelled,
        }
    }

    /// All devices.
    pub fn total(&self) -> u32 {
        TargetState::ALL.iter().map(|state| self.of(*state)).sum()
    }

    /// Those with a result: succeeded or failed.
    pub fn finished(&self) -> u32 {
        self.succeeded + self.failed
    }

    /// Those something may still happen to.
    pub fn open(&self) -> u32 {
        self.later + self.waiting + self.running
    }
}
