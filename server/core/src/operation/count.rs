//! How many devices of an operation or wave are where.

use serde::{Deserialize, Serialize};

use super::{OperationState, TargetState, WaveState};

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

/// Devices of a wave as they are stored: those that were not begun are not yet told apart, because opening a wave or
/// ending an operation moves all of them at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Not begun.
    pub pending: u32,
    /// Begun.
    pub running: u32,
    /// Done.
    pub succeeded: u32,
    /// All attempts failed.
    pub failed: u32,
    /// Left out for a reason.
    pub skipped: u32,
}

impl Tally {
    /// The counts of a wave in this state, of an operation in that state.
    pub fn counts(self, wave: WaveState, operation: OperationState) -> Counts {
        let mut counts = Counts {
            running: self.running,
            succeeded: self.succeeded,
            failed: self.failed,
            skipped: self.skipped,
            ..Counts::default()
        };
        match TargetState::of_pending(wave, operation) {
            TargetState::Later => counts.later = self.pending,
            TargetState::Cancelled => counts.cancelled = self.pending,
            _ => counts.waiting = self.pending,
        }
        counts
    }

    /// Moves the numbers, in the order in which they stand. What would fall below nothing stays at nothing.
    pub fn move_by(&mut self, by: [i64; 5]) {
        let numbers = [
            &mut self.pending,
            &mut self.running,
            &mut self.succeeded,
            &mut self.failed,
            &mut self.skipped,
        ];
        for (number, by) in numbers.into_iter().zip(by) {
            *number = u32::try_from(i64::from(*number) + by).unwrap_or(0);
        }
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.later += other.later;
        self.waiting += other.waiting;
        self.running += other.running;
        self.succeeded += other.succeeded;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.cancelled += other.cancelled;
    }
}
