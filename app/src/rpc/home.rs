//! What the homes show: counts of the fleet in the person's scope, and what happened last.

mod goals;
mod hub;
mod note;
mod oversight;
mod queue;
#[cfg(feature = "ssr")]
pub(crate) mod read;
mod wire;

pub use goals::{ReadGoals, read_goals};
pub use hub::{ReadHub, read_hub};
pub use note::{LeaveNote, NoteView, leave_note};
pub use oversight::{ReadOversight, read_oversight};
pub use queue::{ReadQueue, read_queue};
pub use wire::{
    Availability, FailedOperation, Goals, GroupCount, Grouping, HubFacts, Oversight, Queue, Region,
    Regions, Withdrawn,
};
