//! Withdrawing an artifact, and offering it again.

use leptos::prelude::*;

use crate::error::AppError;
use crate::rpc::Compact;

/// Whether devices may get the artifact.
#[server(prefix = "/rpc", endpoint = "firmware/set_state", output = Compact)]
pub async fn set_firmware_state(
    /// Its SHA-256.
    artifact: String,
    /// Whether they may.
    available: bool,
) -> Result<(), AppError> {
    use muster_core::firmware::ArtifactState;
    let (hub, access) = (crate::session::hub()?, crate::session::require()?);
    let permit = hub.permit(&access)?;
    let state = if available {
        ArtifactState::Available
    } else {
        ArtifactState::Withdrawn
    };
    hub.set_artifact_state(&permit, super::id_of(&artifact)?, state)
        .await?;
    Ok(())
}
