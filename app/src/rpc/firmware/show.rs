//! One artifact.

use leptos::prelude::*;

use super::Adoption;
use crate::error::AppError;
use crate::rpc::Compact;

/// Versions that are told apart; devices with others are in none of them.
#[cfg(feature = "ssr")]
const VERSIONS: usize = 12;

/// An artifact, and what the devices run that it is for.
#[server(prefix = "/rpc", endpoint = "firmware/show", output = Compact)]
pub async fn show_firmware(
    /// Its SHA-256.
    artifact: String,
) -> Result<Adoption, AppError> {
    use muster_core::policy::Action;
    use muster_query::{Condition, Path};
    use muster_service::firmware::{of_models, with_version};

    let (hub, access) = (crate::session::hub()?, crate::session::require()?);
    let id = super::id_of(&artifact)?;
    let artifact = hub.artifact(&hub.permit(&access)?, &id).await?;
    let models = of_models(&artifact);
    let internal = |error: &dyn std::error::Error| crate::error::internal(error);
    let condition = Condition::parse(&models).map_err(|error| internal(&error))?;
    let path = Path::parse("reported.firmware.version").map_err(|error| internal(&error))?;
    hub.prepare(&access, &condition).await?;
    hub.prepare_paths(&access, std::slice::from_ref(&path))
        .await?;
    let groups = hub.fleet_groups(&access, &condition, &path, VERSIONS);
    let versions = groups.into_iter().map(|(value, devices)| {
        let version = match value {
            Some(muster_service::Scalar::String(text)) => Some(text),
            Some(other) => Some(serde_json::to_string(&other).unwrap_or_default()),
            None => None,
        };
        super::VersionCount {
            filter: with_version(&models, version.as_deref()),
            version,
            devices: devices as u64,
        }
    });
    Ok(Adoption {
        versions: versions.collect(),
        devices: super::wire::count(&hub, &access, &models).await?,
        artifact: super::ArtifactView::read(&hub, &access, &artifact).await?,
        may_keep: access.can(Action::KeepFirmware),
    })
}
