//! What every request passes through, one thing per file. `router` shows the order.

pub mod access_log;
pub mod body_drain;
pub mod capacity;
pub mod cross_site;
pub mod csp;
pub mod headers;
pub mod panics;
pub mod request_id;
pub mod visitor;
