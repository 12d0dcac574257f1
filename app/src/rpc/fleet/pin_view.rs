//! Choosing the view one begins with.

use leptos::prelude::*;
use muster_core::view::ViewId;

use super::ViewRow;
use crate::error::AppError;
use crate::rpc::Compact;

/// The person begins with this view from now on; without a number at the home of their role again. Answers with all
/// views.
#[server(prefix = "/rpc", endpoint = "fleet/pin_view", output = Compact)]
pub async fn pin_view(
    /// Which.
    id: Option<ViewId>,
) -> Result<Vec<ViewRow>, AppError> {
    use muster_service::access::kinds::SeeDevices;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let permit = hub.permit::<SeeDevices>(&access)?;
    hub.pin_view(&permit, id).await?;
    if crate::session::is_plain_form() {
        let home = match id {
            Some(_) => crate::routes::ROOT,
            None => crate::routes::FLEET,
        };
        leptos_axum::redirect(home);
    }
    super::views::rows(&access).await
}
