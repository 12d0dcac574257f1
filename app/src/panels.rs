//! Parts of pages with data of their own: used by pages, embeds and wallboards alike.

pub mod approvals;
pub mod breakdown;
pub mod census;
pub mod events;
pub mod filters;
pub mod first_device;
pub mod handover;
pub mod loaded;
pub mod needs;
pub mod operations;
pub mod payload;
pub mod presence;
pub mod refresh;
pub mod telemetry;
pub mod twin;
pub mod windows;
