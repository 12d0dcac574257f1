//! How commands reach the hub: through the socket of a running server, or by opening the data directory themselves.

pub mod client;
pub mod command;
pub mod frame;
pub mod perform;
pub mod server;

pub use client::Connection;
pub use command::{Answer, Command, Refused};
