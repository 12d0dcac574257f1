//! Yes or no.

use leptos::prelude::*;
use muster_core::approval::ApprovalId;

use crate::error::AppError;
use crate::rpc::Compact;

/// Approves or refuses a request. What is approved is done at once; a refusal says why.
#[server(prefix = "/rpc", endpoint = "approvals/decide", output = Compact)]
pub async fn decide_approval(
    /// Which.
    id: ApprovalId,
    /// Yes or no.
    approve: bool,
    /// What whoever asked reads.
    #[server(default)]
    comment: String,
) -> Result<(), AppError> {
    use muster_core::approval::Refused;
    use muster_service::ServiceError;
    use muster_service::access::kinds::ApproveOperations;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let permit = hub.permit::<ApproveOperations>(&access)?;
    let decided = hub.decide_approval(&permit, id, approve, &comment).await;
    decided.map_err(|error| match error {
        ServiceError::Approval(refused @ (Refused::NoComment | Refused::CommentTooLong)) => {
            AppError::field("comment", refused)
        }
        other => other.into(),
    })?;
    if crate::session::is_plain_form() {
        leptos_axum::redirect(crate::routes::APPROVALS);
    }
    Ok(())
}
