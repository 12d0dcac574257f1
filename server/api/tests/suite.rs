//! The service API through its router, on a hub in a directory of its own.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "suite/bulk.rs"]
mod bulk;
#[path = "suite/configurations.rs"]
mod configurations;
#[path = "suite/errors.rs"]
mod errors;
#[path = "suite/jobs.rs"]
mod jobs;
#[path = "suite/methods.rs"]
mod methods;
#[path = "suite/modules.rs"]
mod modules;
#[path = "suite/query.rs"]
mod query;
#[path = "suite/registry.rs"]
mod registry;
#[path = "suite/rights.rs"]
mod rights;
#[path = "suite/support.rs"]
mod support;
#[path = "suite/transfers.rs"]
mod transfers;
#[path = "suite/twins.rs"]
mod twins;
