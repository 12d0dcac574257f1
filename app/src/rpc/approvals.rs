//! Approval by a second person: what waits, deciding, the rules.

mod decide;
mod due;
mod list;
mod policy;
mod set_policy;
mod wire;
mod withdraw;

pub use decide::{DecideApproval, decide_approval};
pub use due::{ApprovalsDue, approvals_due};
pub use list::{ListApprovals, list_approvals};
pub use policy::{ShowPolicy, show_policy};
pub use set_policy::{SetPolicy, ThresholdInput, set_policy};
pub use wire::{ApprovalView, ApprovalsPage, PolicySaved, PolicyView, Waits};
pub use withdraw::{WithdrawApproval, withdraw_approval};

#[cfg(feature = "ssr")]
pub(crate) use list::waiting;
