//! The page of the fleet's health.

use leptos::prelude::*;

use super::HealthView;
use crate::error::AppError;
use crate::panels::telemetry::Range;
use crate::rpc::Compact;

/// How the fleet is, parted by the values of a path, and how it was.
#[server(prefix = "/rpc", endpoint = "health/show", output = Compact)]
pub async fn read_health(
    /// The path, in the query language; empty for the usual one.
    by: String,
    /// A condition of the query language; empty for all devices in the scope.
    filter: String,
    /// How far back the history looks.
    range: Range,
) -> Result<HealthView, AppError> {
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    super::read::page(&hub, &access, &by, &filter, range).await
}
