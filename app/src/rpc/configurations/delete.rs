//! Deleting a configuration.

use leptos::prelude::*;

use crate::error::AppError;
use crate::rpc::Compact;

/// Deletes a configuration. What it wrote stays in the twins.
#[server(prefix = "/rpc", endpoint = "configurations/delete", output = Compact)]
pub async fn delete_configuration(
    /// Which.
    id: String,
    /// The token it was read with.
    etag: String,
) -> Result<(), AppError> {
    use muster_core::device::IfMatch;
    use muster_service::access::kinds::KeepConfigurations;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let permit = hub.permit::<KeepConfigurations>(&access)?;
    let unchanged = IfMatch::parse(&etag);
    hub.delete_configuration(&permit, super::read::id(&id)?, Some(unchanged))
        .await?;
    if crate::session::is_plain_form() {
        leptos_axum::redirect(crate::routes::CONFIGURATIONS);
    }
    Ok(())
}
