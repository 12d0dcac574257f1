//! Reading the fleet: its list, its counts.

mod count;
mod page;
#[cfg(feature = "ssr")]
mod read;
mod wire;

pub use count::{CountFleet, count_fleet};
pub use page::{ReadFleet, read_fleet};
pub use wire::{FleetFacet, FleetPage, FleetRow, TagColumn};
