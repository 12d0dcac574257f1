//! A page of the list.

use leptos::prelude::*;

use super::FleetPage;
use crate::error::AppError;
use crate::rpc::Compact;

/// The page that a query string of the fleet's address names.
#[server(prefix = "/rpc", endpoint = "fleet/page", output = Compact)]
pub async fn read_fleet(
    /// The query string.
    query: String,
) -> Result<FleetPage, AppError> {
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    super::read::page(&hub, &access, &query).await
}
