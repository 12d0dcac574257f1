//! The lines of an import that failed.

use leptos::prelude::*;
use muster_core::ids::OperationId;

use super::FailedLinesPage;
use crate::error::AppError;
use crate::rpc::Compact;

/// Lines on a page.
#[cfg(feature = "ssr")]
const PAGE: usize = 50;

/// The page of lines that a query string of the operation's address names.
#[server(name = ListFailedLines, prefix = "/rpc", endpoint = "operations/failed_lines", output = Compact)]
pub async fn failed_lines(
    /// Of which.
    id: OperationId,
    /// The query string.
    query: String,
) -> Result<FailedLinesPage, AppError> {
    use super::FailedLineRow;
    use crate::pages::operation::address::OperationAddress;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let cursor = OperationAddress::parse(&query).cursor;
    let page = hub
        .transfer_failures(&access, id, PAGE, cursor.as_deref())
        .await?;
    let rows = page.rows.into_iter().map(|line| FailedLineRow {
        file: line.file,
        line: line.line,
        id: line.id,
        code: line.code,
        why: line.why,
    });
    Ok(FailedLinesPage {
        rows: rows.collect(),
        previous: page.previous,
        next: page.next,
    })
}
