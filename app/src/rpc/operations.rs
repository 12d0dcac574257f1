//! Bulk operations: reading them, preparing them, steering them.

mod begin;
mod copy;
mod create;
mod delete_draft;
pub mod draft;
mod events;
mod list;
mod of_device;
mod pass;
#[cfg(feature = "ssr")]
mod plan;
mod preview;
#[cfg(feature = "ssr")]
pub(crate) mod read;
mod read_draft;
mod retry;
mod running;
mod save_how;
mod save_what;
mod save_who;
mod show;
mod steer;
mod targets;
mod wire;
#[cfg(feature = "ssr")]
mod words;

pub use begin::{BeginOperation, begin_operation};
pub use copy::{CopyOperation, copy_operation};
pub use create::{CreateOperation, create_operation};
pub use delete_draft::{DeleteDraft, delete_draft};
pub use draft::{ConditionForm, Draft, How as HowForm, PatchRow, WaveForm, What, Who};
pub use events::{OperationHistory, operation_events};
pub use list::{ListOperations, list_operations};
pub use of_device::{DeviceOperation, DeviceOperations, OperationsOfDevice, operations_of_device};
pub use pass::{PassGate, pass_gate};
pub use preview::{PreviewOperation, preview_operation};
pub use read_draft::{ReadDraft, read_draft};
pub use retry::{RetryTargets, retry_targets};
pub use running::{ListRunning, Running, list_running};
pub use save_how::{SaveHow, save_how};
pub use save_what::{SaveWhat, save_what};
pub use save_who::{SaveWho, save_who};
pub use show::{ShowOperation, show_operation};
pub use steer::{SteerOperation, steer_operation};
pub use targets::{ListTargets, operation_targets};
pub use wire::{
    ConflictRow, DraftRow, DraftView, ExclusionRow, FailureRow, ForecastView, GateRow, Holds,
    Known, OperationRights, OperationRow, OperationView, OperationsPage, PlanFact, PreviewView,
    Rule, TargetRow, TargetsPage, WaitingRow, WaveRow,
};

#[cfg(feature = "ssr")]
pub(crate) use plan::moment;
#[cfg(feature = "ssr")]
pub use read::{RESULTS_PAGE, target_query, target_row};
