//! The device door through real TLS sockets, against a real hub on SQLite in a directory of its own.
//! The client speaks with `mqtt-protocol-core`, so it shares no code with the door.
#![expect(clippy::unwrap_used, reason = "a step that fails fails the test")]

mod admission;
mod client;
mod limits;
mod methods;
mod modules;
mod rig;
mod sessions;
mod telemetry;
mod twins;
