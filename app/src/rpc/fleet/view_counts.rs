//! How many devices saved views have.

use leptos::prelude::*;
use muster_core::view::ViewId;

use crate::error::AppError;
use crate::rpc::Compact;

/// Views that are counted for one page.
#[cfg(feature = "ssr")]
const MAX_COUNTED: usize = 8;

/// How many devices the lists of these views have: numbers with `|` between them. Views that the person does not see,
/// and those whose filter cannot be read, are left out.
#[server(prefix = "/rpc", endpoint = "fleet/view_counts", output = Compact)]
pub async fn count_views(
    /// The numbers.
    ids: String,
) -> Result<Vec<(ViewId, u64)>, AppError> {
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let ids = ids.split('|').take(MAX_COUNTED);
    let ids: Vec<i64> = ids.filter_map(|id| id.parse().ok()).collect();
    let views = hub.views(&access).await?.into_iter();
    let mut counts = Vec::new();
    for view in views.filter(|view| ids.contains(&view.id.0)) {
        let count = super::count::count(&hub, &access, &view.query).await;
        counts.extend(count.ok().map(|count| (view.id, count)));
    }
    Ok(counts)
}
