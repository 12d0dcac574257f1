//! What pages and homes show of operations alike: progress, the rule that stops them, what runs now, letting one device
//! past a gate.

pub mod pass;
pub mod progress;
pub mod rule;
pub(crate) mod running;

pub use running::RunningOperations;
