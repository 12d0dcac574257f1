//! What the homes show: counts of the fleet in the person's scope, and what happened last.

mod goals;
mod hub;
mod oversight;
mod queue;
#[cfg(feature = "ssr")]
pub(crate) mod read;
mod wire;

pub use goals::{ReadGoals, read_goals};
pub use hub::{ReadHub, read_hub};
pub use oversight::{ReadOversight, read_oversight};
pub use queue::{ReadQueue, read_queue};
pub use wire::{Goals, GroupCount, Grouping, HubFacts, Oversight, Queue, Region, Regions};
