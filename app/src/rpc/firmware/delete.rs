//! The end of an artifact.

use leptos::prelude::*;

use crate::error::AppError;
use crate::rpc::Compact;

/// Deletes an artifact with its file.
#[server(prefix = "/rpc", endpoint = "firmware/delete", output = Compact)]
pub async fn delete_firmware(
    /// Its SHA-256.
    artifact: String,
) -> Result<(), AppError> {
    let (hub, access) = (crate::session::hub()?, crate::session::require()?);
    let permit = hub.permit(&access)?;
    Ok(hub
        .delete_artifact(&permit, super::id_of(&artifact)?)
        .await?)
}
