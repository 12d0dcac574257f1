//! The devices of an operation.

use leptos::prelude::*;
use muster_core::ids::OperationId;

use super::TargetsPage;
use crate::error::AppError;
use crate::rpc::Compact;

/// The page of devices that a query string of the operation's address names.
#[server(name = ListTargets, prefix = "/rpc", endpoint = "operations/targets", output = Compact)]
pub async fn operation_targets(
    /// Of which.
    id: OperationId,
    /// The query string.
    query: String,
) -> Result<TargetsPage, AppError> {
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let query = super::target_query(&query);
    let page = hub.operation_targets(&access, id, &query).await?;
    Ok(TargetsPage {
        rows: page.rows.into_iter().map(super::target_row).collect(),
        previous: page.previous,
        next: page.next,
    })
}
