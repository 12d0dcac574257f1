//! What travels about firmware.

use serde::{Deserialize, Serialize};

/// What is known about a signature.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Signed {
    /// There is none.
    No,
    /// A configured key made it.
    Verified,
    /// Its key is not configured here.
    NotChecked,
    /// Its key did not make it.
    Wrong,
}

/// An artifact.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ArtifactView {
    /// The SHA-256, in hexadecimal.
    pub sha256: String,
    /// In bytes.
    pub size: u64,
    /// What it is firmware of.
    pub product: String,
    /// Its version.
    pub version: String,
    /// Models that can run it; empty for all.
    pub models: Vec<String>,
    /// The first version that it can be installed on.
    pub from: Option<String>,
    /// The first version that it cannot be installed on any more.
    pub until: Option<String>,
    /// Versions that devices below them run first.
    pub must_pass: Vec<String>,
    /// What is known about its signature.
    pub signed: Signed,
    /// The name of the key that signed it.
    pub key: Option<String>,
    /// What people should know.
    pub notes: String,
    /// Whether devices may get it.
    pub available: bool,
    /// When it was added, in milliseconds since 1970.
    pub added_ms: i64,
    /// Devices in the person's scope that run it.
    pub running: u64,
    /// The filter of the fleet page that finds them.
    pub filter: String,
}

/// All artifacts, the newest first.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FirmwareList {
    /// The artifacts.
    pub rows: Vec<ArtifactView>,
    /// Whether the person may add, withdraw and delete.
    pub may_keep: bool,
}

/// Devices that run a version.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct VersionCount {
    /// The version; `None` where devices have reported none.
    pub version: Option<String>,
    /// How many.
    pub devices: u64,
    /// The filter of the fleet page that finds them.
    pub filter: String,
}

/// An artifact, and what the devices run that it is for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Adoption {
    /// The artifact.
    pub artifact: ArtifactView,
    /// Devices in the person's scope that it is for.
    pub devices: u64,
    /// What they run, the most first.
    pub versions: Vec<VersionCount>,
    /// Whether the person may withdraw and delete it.
    pub may_keep: bool,
}

#[cfg(feature = "ssr")]
impl ArtifactView {
    /// From the store, with who runs it as far as `access` sees.
    pub(super) async fn read(
        hub: &muster_service::Hub,
        access: &muster_service::Access,
        artifact: &muster_core::firmware::Artifact,
    ) -> Result<Self, crate::error::AppError> {
        use muster_service::firmware::{SignatureState, running};
        let about = &artifact.about;
        let filter = running(artifact);
        let text = |versions: &[muster_core::firmware::Version]| {
            versions.iter().map(ToString::to_string).collect()
        };
        Ok(Self {
            sha256: artifact.id.to_string(),
            size: artifact.size,
            product: about.product.clone(),
            version: about.version.to_string(),
            models: about.models.clone(),
            from: about.from.as_ref().map(ToString::to_string),
            until: about.until.as_ref().map(ToString::to_string),
            must_pass: text(&about.must_pass),
            signed: match hub.signature_state(artifact) {
                SignatureState::Unsigned => Signed::No,
                SignatureState::Verified => Signed::Verified,
                SignatureState::NotChecked => Signed::NotChecked,
                SignatureState::Wrong => Signed::Wrong,
            },
            key: about.signature.as_ref().map(|made| made.key.clone()),
            notes: about.notes.clone(),
            available: artifact.is_available(),
            added_ms: artifact.added_at.millis(),
            running: count(hub, access, &filter).await?,
            filter,
        })
    }
}

/// Devices in the scope of `access` that a filter of the hub's own keeps.
#[cfg(feature = "ssr")]
pub(super) async fn count(
    hub: &muster_service::Hub,
    access: &muster_service::Access,
    filter: &str,
) -> Result<u64, crate::error::AppError> {
    let condition =
        muster_query::Condition::parse(filter).map_err(|error| crate::error::internal(&error))?;
    Ok(hub.query_count(access, &condition).await? as u64)
}
