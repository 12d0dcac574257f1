//! The health of the fleet: over any dimension now, and over time.

#[cfg(feature = "ssr")]
pub(crate) mod history;
#[cfg(feature = "ssr")]
mod read;
mod show;
mod wire;

pub use show::{ReadHealth, read_health};
pub use wire::{Breakdown, HealthView, Offender, Share};
