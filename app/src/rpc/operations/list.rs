//! The list of operations.

use leptos::prelude::*;

use super::OperationsPage;
use crate::error::AppError;
use crate::rpc::Compact;

/// The page that a query string of the list's address names, and the person's drafts.
#[server(prefix = "/rpc", endpoint = "operations/list", output = Compact)]
pub async fn list_operations(
    /// The query string.
    query: String,
) -> Result<OperationsPage, AppError> {
    use crate::pages::operations::address::ListAddress;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let page = hub
        .operations(&access, &super::read::query_of(ListAddress::parse(&query)))
        .await?;
    Ok(OperationsPage {
        rows: page.rows.into_iter().map(super::read::row).collect(),
        previous: page.previous,
        next: page.next,
        drafts: super::read::drafts(&hub, &access).await?,
    })
}
