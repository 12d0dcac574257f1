//! Bulk operations.

use super::parameter::{Kind, Parameter};

pub(super) mod create;
pub(super) mod delete_draft;
pub(super) mod drafts;
pub(super) mod export;
pub(super) mod list;
pub(super) mod of_device;
pub(super) mod override_gate;
mod plan;
pub(super) mod preview;
pub(super) mod retry;
pub(super) mod save_draft;
pub(super) mod schema;
pub(super) mod show;
pub(super) mod steer;
pub(super) mod targets;
pub mod wire;

const TAG: &str = "Operations";

/// Which operation.
pub(super) static OPERATION: Parameter = Parameter::path(
    "operation",
    Kind::Number(1, i64::MAX),
    "The operation's number.",
    "1",
);

/// Which draft.
pub(super) static DRAFT: Parameter = Parameter::path(
    "draft",
    Kind::Number(1, i64::MAX),
    "The draft's number.",
    "1",
);

/// In which state operations are.
static STATE: Parameter = Parameter::query(
    "state",
    Kind::Word(STATES),
    "Only operations in this state.",
    "running",
);

/// The names of states.
const STATES: &[&str] = &[
    "awaiting_approval",
    "scheduled",
    "running",
    "paused",
    "completed",
    "completed_with_failures",
    "stopped",
    "rolled_back",
    "cancelled",
    "expired",
];

/// What operations do.
static KIND: Parameter = Parameter::query(
    "kind",
    Kind::Word(KINDS),
    "Only operations that do this.",
    "update_twin",
);

/// The names of what is done.
const KINDS: &[&str] = &[
    "update_twin",
    "invoke_method",
    "install_firmware",
    "change_stage",
    "set_enabled",
    "rotate_keys",
    "delete",
    "restore_desired",
    "import",
    "export",
];

/// Where devices of an operation are.
static TARGET_STATE: Parameter = Parameter::query(
    "state",
    Kind::Word(TARGET_STATES),
    "Only devices in this state.",
    "failed",
);

/// The names of states of devices.
const TARGET_STATES: &[&str] = &[
    "later",
    "waiting",
    "running",
    "succeeded",
    "failed",
    "skipped",
    "cancelled",
];

/// The wave, counted from 0.
static WAVE: Parameter = Parameter::query(
    "wave",
    Kind::Number(0, muster_core::operation::MAX_WAVES as i64 - 1),
    "Only devices of this wave; the first is 0.",
    "0",
);

/// Longest reason of groups, in characters.
const MAX_WHY: usize = 1_000;

/// Longest part of a device id, in characters.
const MAX_TEXT: usize = 200;

/// The reason that groups give.
static WHY: Parameter = Parameter::query(
    "why",
    Kind::Text(MAX_WHY),
    "Only devices with exactly this reason, as the groups of the operation give it.",
    "",
);

/// A part of a device id.
static DEVICE_TEXT: Parameter = Parameter::query(
    "text",
    Kind::Text(MAX_TEXT),
    "Any part of the device id, in any case.",
    "pump",
);

#[cfg(test)]
mod tests {
    use super::*;
    use muster_core::operation::{OperationState, TargetState, TaskKind};

    #[test]
    fn names_are_those_of_the_core() {
        let states = OperationState::ALL.iter().map(|state| state.as_str());
        assert!(states.skip(1).eq(STATES.iter().copied()), "all but drafts");
        let kinds = TaskKind::ALL.iter().map(|kind| kind.as_str());
        assert!(kinds.eq(KINDS.iter().copied()));
        let states = TargetState::ALL.iter().map(|state| state.as_str());
        assert!(states.eq(TARGET_STATES.iter().copied()));
    }
}
