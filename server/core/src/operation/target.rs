//! The life of one device in an operation.

use serde::{Deserialize, Serialize};

use super::{OperationState, WaveState};

/// Where a device is in an operation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetState {
    /// Its wave has not opened.
    Later,
    /// Its wave is open, and something holds it: a gate, a limit, its absence, another operation.
    Waiting,
    /// It was begun, and its end is awaited.
    Running,
    /// Done.
    Succeeded,
    /// All attempts failed.
    Failed,
    /// There was nothing to do, or it may not be done; the reason is kept.
    Skipped,
    /// The operation ended before its turn.
    Cancelled,
}

/// What can happen to a device in an operation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetTurn {
    /// Its wave opens.
    Open,
    /// It is begun: an attempt.
    Begin,
    /// The attempt failed or its lease ended, and another one follows.
    Again,
    /// It succeeded.
    Succeed,
    /// The last attempt failed.
    Fail,
    /// It is left out.
    Skip,
    /// The operation ended.
    Cancel,
    /// A person has failed or cancelled devices tried again.
    Retry,
}

impl TargetState {
    /// All states.
    pub const ALL: &'static [TargetState] = &[
        Self::Later,
        Self::Waiting,
        Self::Running,
        Self::Succeeded,
        Self::Failed,
        Self::Skipped,
        Self::Cancelled,
    ];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Later => "later",
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of a stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|state| state.as_str() == name)
    }

    /// Where a device is that was not begun: its wave and its operation say so.
    pub fn of_pending(wave: WaveState, operation: OperationState) -> Self {
        match (operation.is_over(), wave) {
            (true, _) => Self::Cancelled,
            (false, WaveState::Later) => Self::Later,
            (false, _) => Self::Waiting,
        }
    }

    /// Whether the device is through.
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Later | Self::Waiting | Self::Running)
    }

    /// The state after `turn`; `None` when that cannot happen, as with late news of a device that is through.
    /// Success is final.
    pub fn after(self, turn: TargetTurn) -> Option<TargetState> {
        use TargetState::{Cancelled, Failed, Later, Running, Skipped, Succeeded, Waiting};
        match (self, turn) {
            (Later, TargetTurn::Open)
            | (Running, TargetTurn::Again)
            | (Failed | Cancelled, TargetTurn::Retry) => Some(Waiting),
            (Waiting, TargetTurn::Begin) => Some(Running),
            (Waiting | Running, TargetTurn::Succeed) => Some(Succeeded),
            (Waiting | Running, TargetTurn::Fail) => Some(Failed),
            (Later | Waiting | Running, TargetTurn::Skip) => Some(Skipped),
            (Later | Waiting | Running, TargetTurn::Cancel) => Some(Cancelled),
            _ => None,
        }
    }
}
