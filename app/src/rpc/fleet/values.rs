//! What the columns of a list show, read again.

use leptos::prelude::*;

use super::RowValues;
use crate::error::AppError;
use crate::rpc::Compact;

/// The values of the columns that a query string of the fleet's address names, for these devices: ids with `|` between
/// them, as many as a page has rows. Devices that are not there are left out.
#[server(prefix = "/rpc", endpoint = "fleet/values", output = Compact)]
pub async fn read_values(
    /// The ids.
    ids: String,
    /// The query string.
    columns: String,
) -> Result<Vec<RowValues>, AppError> {
    use crate::live::topic::MAX_ROWS;
    use crate::pages::fleet::address::FleetAddress;
    use muster_core::ids::DeviceId;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let ids = ids.split('|').take(MAX_ROWS);
    let ids: Vec<DeviceId> = ids.filter_map(|id| DeviceId::new(id).ok()).collect();
    let columns = FleetAddress::parse(&columns).columns.unwrap_or_default();
    super::read::row_values(&hub, &access, &ids, &columns).await
}
