//! Devices that are not there: archetypes as real MQTT clients, for the demo fleet and for load.
//!
//! Every simulated device opens its own TLS connection and speaks as a device SDK does; nothing here reaches into the
//! hub. Behaviour is seeded: the same seed gives the same fleet.

pub mod archetype;
pub mod client;
pub mod demo;
mod device;
mod download;
pub mod firmware;
pub mod fleet;
mod keys;
pub mod target;

pub use client::{Client, ClientError, Incoming};
pub use demo::{Planned, plan};
pub use fleet::{Profile, SimDevice, run};
pub use target::{HubTarget, TargetError};
