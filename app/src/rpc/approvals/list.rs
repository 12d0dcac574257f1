//! What waits, and what became of the rest.

use leptos::prelude::*;

use super::ApprovalsPage;
use crate::error::AppError;
use crate::rpc::Compact;

/// Requests on a page of what is over.
#[cfg(feature = "ssr")]
const PAGE: usize = 25;

/// The requests the person sees: all that wait, and a page of those that are over.
#[server(prefix = "/rpc", endpoint = "approvals/list", output = Compact)]
pub async fn list_approvals(
    /// Where the page begins; empty for the first.
    #[server(default)]
    page: String,
) -> Result<ApprovalsPage, AppError> {
    use muster_service::approvals::ApprovalFilter;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let filter = ApprovalFilter {
        pending: Some(false),
        limit: PAGE,
        cursor: Some(page).filter(|page| !page.is_empty()),
        ..ApprovalFilter::default()
    };
    let over = hub.approvals(&access, filter).await?;
    Ok(ApprovalsPage {
        waiting: waiting(&hub, &access).await?,
        over: views(&hub, &access, over.rows).await,
        previous: over.previous,
        next: over.next,
        hours: hub.approval_policy().await?.hours,
    })
}

/// What waits and the person sees: their own, and what they may decide about.
#[cfg(feature = "ssr")]
pub(crate) async fn waiting(
    hub: &muster_service::Hub,
    access: &muster_service::Access,
) -> Result<Vec<super::ApprovalView>, AppError> {
    use muster_service::approvals::{ApprovalFilter, MAX_APPROVALS};
    let filter = ApprovalFilter {
        pending: Some(true),
        limit: MAX_APPROVALS,
        ..ApprovalFilter::default()
    };
    let page = hub.approvals(access, filter).await?;
    Ok(views(hub, access, page.rows).await)
}

#[cfg(feature = "ssr")]
async fn views(
    hub: &muster_service::Hub,
    access: &muster_service::Access,
    approvals: Vec<muster_core::approval::Approval>,
) -> Vec<super::ApprovalView> {
    let mut views = Vec::with_capacity(approvals.len());
    for approval in approvals {
        views.push(super::ApprovalView::of(hub, access, approval).await);
    }
    views
}
