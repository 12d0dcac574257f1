//! Taking one's own request back.

use leptos::prelude::*;
use muster_core::approval::ApprovalId;

use crate::error::AppError;
use crate::rpc::Compact;

/// Takes a request back that the person made themselves.
#[server(prefix = "/rpc", endpoint = "approvals/withdraw", output = Compact)]
pub async fn withdraw_approval(
    /// Which.
    id: ApprovalId,
) -> Result<(), AppError> {
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    hub.withdraw_approval(&access, id).await?;
    if crate::session::is_plain_form() {
        leptos_axum::redirect(crate::routes::APPROVALS);
    }
    Ok(())
}
