//! How operations, their waves and their devices look.

use muster_core::operation::{OperationState, TargetState, WaveState};

use super::{Look, Tone, look};

impl From<OperationState> for Look {
    fn from(state: OperationState) -> Self {
        match state {
            OperationState::Draft => look::DRAFT,
            OperationState::AwaitingApproval => look::AWAITING_APPROVAL,
            OperationState::Scheduled => look::SCHEDULED,
            OperationState::Running => look::RUNNING,
            OperationState::Paused => look::PAUSED,
            OperationState::Completed => look::COMPLETED,
            OperationState::CompletedWithFailures => look::COMPLETED_WITH_FAILURES,
            OperationState::Stopped => look::STOPPED,
            OperationState::RolledBack => look::ROLLED_BACK,
            OperationState::Cancelled => look::CANCELLED,
            OperationState::Expired => look::EXPIRED,
        }
    }
}

impl From<TargetState> for Look {
    fn from(state: TargetState) -> Self {
        let (tone, icon, word, cell) = match state {
            TargetState::Later => (Tone::Neutral, "s-never", "Later wave", "later"),
            TargetState::Waiting => return look::WAITING,
            TargetState::Running => (Tone::Running, "s-running", "In progress", "running"),
            TargetState::Succeeded => (Tone::Ok, "s-ok", "Done", "good"),
            TargetState::Failed => return look::FAILED,
            TargetState::Skipped => (Tone::Neutral, "s-neutral", "Left out", "skipped"),
            TargetState::Cancelled => (Tone::Neutral, "s-blocked", "Cancelled", "skipped"),
        };
        Self {
            tone,
            icon,
            word,
            cell,
        }
    }
}

impl From<WaveState> for Look {
    fn from(state: WaveState) -> Self {
        let (tone, icon, word, cell) = match state {
            WaveState::Later => (Tone::Neutral, "s-never", "Later", "later"),
            WaveState::Open => (Tone::Running, "s-running", "Running", "running"),
            WaveState::Soaking => (Tone::Running, "i-eye", "Watched", "running"),
            WaveState::Held => (Tone::Attention, "s-paused", "Waits for you", "waiting"),
            WaveState::Passed => (Tone::Ok, "s-ok", "Passed", "good"),
        };
        Self {
            tone,
            icon,
            word,
            cell,
        }
    }
}
