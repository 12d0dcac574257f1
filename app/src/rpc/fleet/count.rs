//! How long a list would be.

use leptos::prelude::*;

use crate::error::AppError;
use crate::rpc::Compact;

/// How many devices the list of a query string has.
#[server(prefix = "/rpc", endpoint = "fleet/count", output = Compact)]
pub async fn count_fleet(
    /// The query string.
    query: String,
) -> Result<u64, AppError> {
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    count(&hub, &access, &query).await
}

#[cfg(feature = "ssr")]
pub(super) async fn count(
    hub: &muster_service::Hub,
    access: &muster_service::Access,
    query: &str,
) -> Result<u64, AppError> {
    use crate::pages::fleet::address::FleetAddress;
    use muster_query::Condition;
    let address = FleetAddress::parse(query);
    let condition =
        Condition::parse(&address.filter).map_err(|error| AppError::field("filter", error))?;
    hub.prepare(access, &condition).await?;
    let count = hub.fleet_count(access, &condition, &address.text)?;
    Ok(count as u64)
}
