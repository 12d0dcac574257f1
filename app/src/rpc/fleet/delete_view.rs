//! Deleting a saved view.

use leptos::prelude::*;
use muster_core::view::ViewId;

use super::ViewRow;
use crate::error::AppError;
use crate::rpc::Compact;

/// Deletes a view; the devices in it are not touched. Answers with the views that are left.
#[server(prefix = "/rpc", endpoint = "fleet/delete_view", output = Compact)]
pub async fn delete_view(
    /// Which.
    id: ViewId,
) -> Result<Vec<ViewRow>, AppError> {
    use muster_service::access::kinds::SeeDevices;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let permit = hub.permit::<SeeDevices>(&access)?;
    hub.delete_view(&permit, id).await?;
    if crate::session::is_plain_form() {
        leptos_axum::redirect(crate::routes::FLEET);
    }
    super::views::rows(&access).await
}
