//! Giving an artifact to a device that holds a link to it.

use muster_core::device::Status;
use muster_core::firmware::{Artifact, BadLink, Link};
use muster_core::ids::DeviceId;
use tokio::fs::File;

use super::FirmwareError;
use crate::error::ServiceError;
use crate::hub::Hub;

/// An artifact that may be given out.
#[derive(Debug)]
pub struct Download {
    /// Which.
    pub artifact: Artifact,
    /// To whom.
    pub device: DeviceId,
    /// Its bytes.
    pub file: File,
}

/// Why a link opens nothing.
#[derive(Debug, thiserror::Error)]
pub enum DownloadRefused {
    /// The link is not good.
    #[error(transparent)]
    Link(#[from] BadLink),
    /// The device is gone, disabled or retired.
    #[error("the device of this link may not connect")]
    Device,
    /// The artifact is gone.
    #[error("the artifact does not exist any more")]
    Gone,
    /// The artifact was withdrawn.
    #[error("the artifact was withdrawn")]
    Withdrawn,
    /// Its signature does not hold.
    #[error("the artifact is not signed as this hub demands")]
    Signature,
    /// The hub cannot look now.
    #[error("the hub cannot read the artifact now")]
    Unavailable(#[source] ServiceError),
}

impl DownloadRefused {
    /// A word for programs and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Link(BadLink::Unreadable) => "not_a_link",
            Self::Link(BadLink::Signature) => "wrong_signature",
            Self::Link(BadLink::Expired) => muster_core::firmware::progress::LINK_EXPIRED,
            Self::Device => "device_not_allowed",
            Self::Gone => "gone",
            Self::Withdrawn => "withdrawn",
            Self::Signature => "not_signed",
            Self::Unavailable(_) => "unavailable",
        }
    }
}

impl Hub {
    /// Judges a link, then everything that may have changed since it was made. All parts are decoded.
    pub async fn firmware_download(
        &self,
        artifact: &str,
        device: &str,
        expires: &str,
        signature: &str,
    ) -> Result<Download, DownloadRefused> {
        let firmware = self.firmware();
        let (key, now) = (&firmware.link_key, self.now());
        let link = Link::verify(artifact, device, expires, signature, key, now)?;
        let unavailable = |error: ServiceError| DownloadRefused::Unavailable(error);
        let found = self.store().find_device(&link.device).await;
        let found = found.map_err(|error| unavailable(error.into()))?;
        let allowed = found
            .is_some_and(|device| device.status == Status::Enabled && device.stage.may_connect());
        if !allowed {
            return Err(DownloadRefused::Device);
        }
        let artifact = self.find_artifact(&link.artifact).await;
        let artifact = artifact
            .map_err(unavailable)?
            .ok_or(DownloadRefused::Gone)?;
        if !artifact.is_available() {
            return Err(DownloadRefused::Withdrawn);
        }
        if firmware.keys.refusal(&artifact).is_some() {
            return Err(DownloadRefused::Signature);
        }
        let file = firmware.files.read(&artifact.id).await;
        let file = file.map_err(|error| unavailable(FirmwareError::from(error).into()))?;
        let Some(file) = file else {
            tracing::error!(artifact = %artifact.id, "the file of an artifact is missing; add it again");
            return Err(DownloadRefused::Gone);
        };
        Ok(Download {
            artifact,
            device: link.device,
            file,
        })
    }
}
