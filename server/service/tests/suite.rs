//! The service through its public door, on a real database in a directory of its own.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "suite/access.rs"]
mod access;
#[path = "suite/alerts.rs"]
mod alerts;
#[path = "suite/approvals.rs"]
mod approvals;
#[path = "suite/configurations.rs"]
mod configurations;
#[path = "suite/devices.rs"]
mod devices;
#[path = "suite/embeds.rs"]
mod embeds;
#[path = "suite/firmware.rs"]
mod firmware;
#[path = "suite/fleet.rs"]
mod fleet;
#[path = "suite/health.rs"]
mod health;
#[path = "suite/live.rs"]
mod live;
#[path = "suite/methods.rs"]
mod methods;
#[path = "suite/modules.rs"]
mod modules;
#[path = "suite/operations.rs"]
mod operations;
#[path = "suite/people.rs"]
mod people;
#[path = "suite/policies.rs"]
mod policies;
#[path = "suite/query.rs"]
mod query;
#[path = "suite/revisions.rs"]
mod revisions;
#[path = "suite/series.rs"]
mod series;
#[path = "suite/support.rs"]
mod support;
#[path = "suite/tokens.rs"]
mod tokens;
#[path = "suite/transfer.rs"]
mod transfer;
#[path = "suite/views.rs"]
mod views;
