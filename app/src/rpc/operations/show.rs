//! One operation in full.

use leptos::prelude::*;
use muster_core::ids::OperationId;

use super::OperationView;
use crate::error::AppError;
use crate::rpc::Compact;

/// The operation as the person sees it: with the devices of their scope.
#[server(prefix = "/rpc", endpoint = "operations/show", output = Compact)]
pub async fn show_operation(
    /// Which.
    id: OperationId,
) -> Result<OperationView, AppError> {
    use crate::rpc::approvals::ApprovalView;
    use muster_core::approval::ApprovalId;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let found = hub.operation(&access, id).await?;
    let detail = found.ok_or(AppError::NotFound)?;
    let approval = match detail.summary.approval {
        // Whoever may not see the request sees the operation all the same.
        Some(number) => hub.approval(&access, ApprovalId(number)).await.ok(),
        None => None,
    };
    let approval = match approval {
        Some(found) => Some(ApprovalView::of(&hub, &access, found).await),
        None => None,
    };
    super::read::view(detail, approval, &hub, &access)
}
