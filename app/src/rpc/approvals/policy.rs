//! The rules of approval.

use leptos::prelude::*;

use super::PolicyView;
use crate::error::AppError;
use crate::rpc::Compact;

/// What needs a second person, for the form that changes it.
#[server(prefix = "/rpc", endpoint = "approvals/policy", output = Compact)]
pub async fn show_policy() -> Result<PolicyView, AppError> {
    use muster_service::access::kinds::ManageHub;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    hub.permit::<ManageHub>(&access)?;
    view(&hub, &access).await
}

/// The rules as they are now; also what saving them answers.
#[cfg(feature = "ssr")]
pub(super) async fn view(
    hub: &muster_service::Hub,
    access: &muster_service::Access,
) -> Result<PolicyView, AppError> {
    let waits = hub.waiting_about(access, "policy").await?;
    Ok(PolicyView {
        policy: hub.approval_policy().await?,
        waits: waits.as_ref().map(super::Waits::of),
    })
}
