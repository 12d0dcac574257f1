//! A device's connection string.

use leptos::prelude::*;

use super::Secret;
use crate::error::AppError;
use crate::rpc::Compact;

/// Shows the connection string with the primary key. The audit trail keeps that it was shown, and to whom.
#[server(prefix = "/rpc", endpoint = "devices/connection_string", output = Compact)]
pub async fn show_connection_string(
    /// Which.
    id: String,
) -> Result<Secret, AppError> {
    use muster_service::access::kinds::SeeCredentials;
    let (hub, _, permit) = super::begin::<SeeCredentials>(&id)?;
    // Sent as a plain form the answer would be a redirect that carries no secret: nothing is shown, so nothing is
    // recorded as shown.
    if crate::session::is_plain_form() {
        return Err(AppError::invalid(
            "showing a connection string here needs script; the command line prints it too",
        ));
    }
    Ok(Secret(
        hub.device_connection_string(permit, muster_core::key::Slot::Primary)
            .await?,
    ))
}
