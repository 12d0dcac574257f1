//! The life of an operation and of its waves, and the only moves between their states.

use serde::{Deserialize, Serialize};

/// Where an operation is in its life (product §4).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationState {
    /// Somebody prepares it.
    Draft,
    /// A second person has to agree.
    AwaitingApproval,
    /// It waits for its time.
    Scheduled,
    /// It works.
    Running,
    /// A person or its failure rule holds it.
    Paused,
    /// All devices succeeded, or were skipped for a reason.
    Completed,
    /// All devices are through, some failed.
    CompletedWithFailures,
    /// A person or its failure rule ended it before all devices were through.
    Stopped,
    /// It was ended, and what it did was taken back.
    RolledBack,
    /// It was called off before it began, or refused.
    Cancelled,
    /// Its time ran out before all devices were through, or before anybody approved it.
    Expired,
}

/// What can happen to an operation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// Its author hands it in and nobody has to approve it.
    Submit,
    /// Its author hands it in and a second person has to approve it.
    Ask,
    /// A second person agrees.
    Approve,
    /// A second person refuses.
    Refuse,
    /// Its time has come, and its targets are written down.
    Start,
    /// It is held.
    Pause,
    /// It goes on.
    Resume,
    /// It is ended early.
    Stop,
    /// It is called off before it began.
    Cancel,
    /// Its time is over.
    Expire,
    /// All devices are through; none failed.
    Finish,
    /// All devices are through; some failed.
    FinishWithFailures,
    /// Failed devices are tried again.
    Retry,
    /// What it did has been taken back.
    RollBack,
}

/// A move that the state does not allow.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the operation is {}; it cannot {} now", .state.in_words(), .turn.in_words())]
pub struct NotNow {
    /// Where it is.
    pub state: OperationState,
    /// What was asked for.
    pub turn: Turn,
}

impl OperationState {
    /// All states, in the order of life.
    pub const ALL: &'static [OperationState] = &[
        Self::Draft,
        Self::AwaitingApproval,
        Self::Scheduled,
        Self::Running,
        Self::Paused,
        Self::Completed,
        Self::CompletedWithFailures,
        Self::Stopped,
        Self::RolledBack,
        Self::Cancelled,
        Self::Expired,
    ];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::AwaitingApproval => "awaiting_approval",
            Self::Scheduled => "scheduled",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::CompletedWithFailures => "completed_with_failures",
            Self::Stopped => "stopped",
            Self::RolledBack => "rolled_back",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// The state of a stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|state| state.as_str() == name)
    }

    /// The state in words that finish "the operation is …".
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Draft => "a draft",
            Self::AwaitingApproval => "waiting for approval",
            Self::Scheduled => "scheduled",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::CompletedWithFailures => "completed with failures",
            Self::Stopped => "stopped",
            Self::RolledBack => "rolled back",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// Whether nothing happens any more by itself.
    pub fn is_over(self) -> bool {
        use OperationState::{AwaitingApproval, Draft, Paused, Running, Scheduled};
        !matches!(
            self,
            Draft | AwaitingApproval | Scheduled | Running | Paused
        )
    }

    /// The state after `turn`. Only the moves of product §4 exist.
    pub fn after(self, turn: Turn) -> Result<OperationState, NotNow> {
        use OperationState::{
            AwaitingApproval, Cancelled, Completed, CompletedWithFailures, Draft, Expired, Paused,
            RolledBack, Running, Scheduled, Stopped,
        };
        match (self, turn) {
            (Draft, Turn::Submit) | (AwaitingApproval, Turn::Approve) => Ok(Scheduled),
            (Draft, Turn::Ask) => Ok(AwaitingApproval),
            (AwaitingApproval, Turn::Refuse)
            | (Draft | AwaitingApproval | Scheduled, Turn::Cancel) => Ok(Cancelled),
            (Scheduled, Turn::Start)
            | (Paused, Turn::Resume)
            | (CompletedWithFailures | Stopped | Expired, Turn::Retry) => Ok(Running),
            (Running, Turn::Pause) => Ok(Paused),
            (Running | Paused, Turn::Stop) => Ok(Stopped),
            (AwaitingApproval | Scheduled | Running | Paused, Turn::Expire) => Ok(Expired),
            (Running, Turn::Finish) => Ok(Completed),
            (Running, Turn::FinishWithFailures) => Ok(CompletedWithFailures),
            (Stopped | Completed | CompletedWithFailures, Turn::RollBack) => Ok(RolledBack),
            (state, turn) => Err(NotNow { state, turn }),
        }
    }
}

impl Turn {
    /// The turn in words that finish "it cannot … now".
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Submit | Self::Ask => "be handed in",
            Self::Approve => "be approved",
            Self::Refuse => "be refused",
            Self::Start => "start",
            Self::Pause => "pause",
            Self::Resume => "go on",
            Self::Stop => "be stopped",
            Self::Cancel => "be called off",
            Self::Expire => "expire",
            Self::Finish | Self::FinishWithFailures => "complete",
            Self::Retry => "be tried again",
            Self::RollBack => "be rolled back",
        }
    }
}

/// Where a wave is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaveState {
    /// Its turn has not come.
    Later,
    /// Its devices are due.
    Open,
    /// Enough of its devices succeeded; it is watched for a while.
    Soaking,
    /// It is good, and the next one waits for a person.
    Held,
    /// The next one may go.
    Passed,
}

impl WaveState {
    /// All states.
    pub const ALL: &'static [WaveState] = &[
        Self::Later,
        Self::Open,
        Self::Soaking,
        Self::Held,
        Self::Passed,
    ];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Later => "later",
            Self::Open => "open",
            Self::Soaking => "soaking",
            Self::Held => "held",
            Self::Passed => "passed",
        }
    }

    /// The state of a stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|state| state.as_str() == name)
    }
}
