//! Firmware: the store of artifacts, who may fetch which, and what devices are asked to install.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use muster_core::event::{EventKind, NewEvent};
use muster_core::firmware::{Artifact, ArtifactId, ArtifactState, BadArtifact, NoPath};
use muster_core::ids::DeviceId;
use muster_core::key::SharedKey;
use muster_core::operation::Task;
use muster_storage::{ArtifactFiles, FileError, MAX_ARTIFACTS, Store};
use serde_json::{Value, json};
use tokio::sync::{Mutex, Semaphore};

use crate::access::kinds::{KeepFirmware, SeeDevices};
use crate::access::{Access, Permit};
use crate::clock::Entropy;
use crate::error::ServiceError;
use crate::hub::Hub;

mod device;
mod download;
mod ears;
mod keys;
mod renew;
mod upload;

pub use device::{DeviceFirmware, of_models, running, with_version};
pub use download::{Download, DownloadRefused};
pub(crate) use ears::{Ears, Listener};
pub use keys::{FirmwareKey, FirmwareKeys, SignatureState};
pub(crate) use renew::run as renew;
pub use upload::{Upload, described};

/// Files that arrive at the same time: each takes disk and a core.
pub const UPLOADS_AT_ONCE: usize = 2;

/// How the hub keeps firmware.
#[derive(Clone, Debug)]
pub struct FirmwareConfig {
    /// The directory of the files.
    pub dir: PathBuf,
    /// Who may sign. With keys here, nothing unsigned is taken or given out.
    pub keys: FirmwareKeys,
    /// Where devices reach the hub, `https://name:port`, when that is not where it listens: behind a proxy.
    pub address: Option<String>,
}

impl FirmwareConfig {
    /// The usual settings for a directory.
    pub fn new(dir: PathBuf) -> Self {
        Self {
            dir,
            keys: FirmwareKeys::default(),
            address: None,
        }
    }
}

/// Why something about firmware did not happen.
#[derive(Clone, Debug, thiserror::Error)]
pub enum FirmwareError {
    /// What was said about it breaks a rule.
    #[error(transparent)]
    Bad(#[from] BadArtifact),
    /// The file could not be kept.
    #[error(transparent)]
    File(#[from] FileError),
    /// The versions to pass lead nowhere, or the device cannot take it.
    #[error(transparent)]
    Path(#[from] NoPath),
    /// There is one of this product, version and models, or of these bytes.
    #[error("{0} is here already; give another version, or delete the one that is here")]
    Exists(String),
    /// There are [`MAX_ARTIFACTS`] already.
    #[error("a hub keeps at most {MAX_ARTIFACTS} firmware files; delete some that nobody needs")]
    TooMany,
    /// The signature is not good, or missing.
    #[error("{0}")]
    Signature(&'static str),
    /// An operation that is not over needs it.
    #[error("the operation “{1}” uses {0}; stop it first, or wait until it is over")]
    InUse(String, String),
    /// It was withdrawn.
    #[error("{0} was withdrawn; nothing new installs it")]
    Withdrawn(String),
}

impl FirmwareError {
    /// A word for programs; never changes its meaning.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Bad(_) => "refused",
            Self::File(FileError::TooLarge) => "too_large",
            Self::File(FileError::Empty) => "empty",
            Self::File(FileError::DiskFull | FileError::StoreFull) => "no_room",
            Self::File(FileError::Truncated { .. }) => "truncated",
            Self::File(FileError::OtherHash { .. }) => "other_hash",
            Self::File(FileError::File { .. }) => "not_stored",
            Self::Path(NoPath::Cycle(_)) => "circle",
            Self::Path(_) => "no_path",
            Self::Exists(_) => "exists",
            Self::TooMany => "too_many",
            Self::Signature(_) => "signature",
            Self::InUse(..) => "in_use",
            Self::Withdrawn(_) => "withdrawn",
        }
    }
}

/// What the hub holds for firmware.
#[derive(Debug)]
pub(crate) struct Firmware {
    files: ArtifactFiles,
    link_key: SharedKey,
    keys: FirmwareKeys,
    address: OnceLock<String>,
    /// Files and rows change together, one after the other.
    changes: Mutex<()>,
    uploads: Arc<Semaphore>,
    ears: Ears,
}

impl Firmware {
    /// Opens the store of files, and the key of links.
    pub(crate) async fn open(
        config: FirmwareConfig,
        store: &Store,
        entropy: &Entropy,
        ears: Ears,
    ) -> Result<Self, ServiceError> {
        let known: HashSet<ArtifactId> =
            store.artifacts().await?.iter().map(|one| one.id).collect();
        let files = ArtifactFiles::open(&config.dir, &known).map_err(FirmwareError::from)?;
        let address = OnceLock::new();
        if let Some(given) = config.address {
            // The cell is new.
            let _ = address.set(given);
        }
        Ok(Self {
            files,
            link_key: store.link_key(entropy.bytes()).await?,
            keys: config.keys,
            address,
            changes: Mutex::default(),
            uploads: Arc::new(Semaphore::new(UPLOADS_AT_ONCE)),
            ears,
        })
    }
}

impl Hub {
    /// Says where devices reach this hub over HTTPS, `https://name:port`, once that is known. What was configured stays.
    pub fn serve_firmware_at(&self, address: &str) {
        self.firmware()
            .address
            .get_or_init(|| address.trim_end_matches('/').to_owned());
    }

    /// All artifacts, the newest first.
    pub async fn artifacts(
        &self,
        _permit: &Permit<SeeDevices>,
    ) -> Result<Vec<Artifact>, ServiceError> {
        Ok(self.store().artifacts().await?)
    }

    /// One artifact.
    pub async fn artifact(
        &self,
        _permit: &Permit<SeeDevices>,
        id: &ArtifactId,
    ) -> Result<Artifact, ServiceError> {
        self.find_artifact(id).await?.ok_or(ServiceError::NotFound)
    }

    pub(crate) async fn find_artifact(
        &self,
        id: &ArtifactId,
    ) -> Result<Option<Artifact>, ServiceError> {
        Ok(self.store().find_artifact(id).await?)
    }

    /// What the configured keys say about an artifact.
    pub fn signature_state(&self, artifact: &Artifact) -> SignatureState {
        self.firmware().keys.judge(artifact)
    }

    /// Refuses what devices may not get: withdrawn, or not signed as this hub demands.
    pub(crate) fn may_offer(&self, artifact: &Artifact) -> Result<(), FirmwareError> {
        if !artifact.is_available() {
            return Err(FirmwareError::Withdrawn(artifact.to_string()));
        }
        match self.firmware().keys.refusal(artifact) {
            Some(why) => Err(FirmwareError::Signature(why)),
            None => Ok(()),
        }
    }

    /// Hears signs of life of a device.
    pub(crate) fn listen_to(&self, device: &DeviceId) -> Listener {
        self.firmware().ears.listen(device)
    }

    /// Withdraws an artifact, or offers it again. Links to one that is withdrawn are refused from then on.
    pub async fn set_artifact_state(
        &self,
        permit: &Permit<KeepFirmware>,
        id: ArtifactId,
        state: ArtifactState,
    ) -> Result<Artifact, ServiceError> {
        let _turn = self.firmware().changes.lock().await;
        let mut artifact = self
            .find_artifact(&id)
            .await?
            .ok_or(ServiceError::NotFound)?;
        let detail = json!({ "artifact": artifact.to_string(), "sha256": id, "state": state });
        let event = self.firmware_event(permit.access(), EventKind::FirmwareChanged, detail);
        if !self.store().set_artifact_state(id, state, event).await? {
            return Err(ServiceError::NotFound);
        }
        artifact.state = state;
        Ok(artifact)
    }

    /// Deletes an artifact with its file.
    pub async fn delete_artifact(
        &self,
        permit: &Permit<KeepFirmware>,
        id: ArtifactId,
    ) -> Result<(), ServiceError> {
        let _turn = self.firmware().changes.lock().await;
        let artifact = self
            .find_artifact(&id)
            .await?
            .ok_or(ServiceError::NotFound)?;
        if let Some(title) = self.uses_artifact(&id).await? {
            return Err(FirmwareError::InUse(artifact.to_string(), title).into());
        }
        let detail = json!({ "artifact": artifact.to_string(), "sha256": id });
        let event = self.firmware_event(permit.access(), EventKind::FirmwareDeleted, detail);
        if !self.store().delete_artifact(id, event).await? {
            return Err(ServiceError::NotFound);
        }
        // Without its row it is a file that nobody knows: at the latest, the next start removes it.
        if let Err(error) = self.firmware().files.remove(&id).await {
            tracing::warn!(%error, "the file of a deleted artifact is removed at the next start");
        }
        Ok(())
    }

    /// The title of an open operation that installs an artifact or would go back to it.
    async fn uses_artifact(&self, id: &ArtifactId) -> Result<Option<String>, ServiceError> {
        let is_it = |hash: &str| ArtifactId::new(hash).is_ok_and(|used| used == *id);
        let open = self.store().open_operations().await?;
        let found = open.into_iter().find(|row| match &row.plan.task {
            Task::InstallFirmware {
                artifact, back_to, ..
            } => is_it(artifact) || back_to.as_deref().is_some_and(is_it),
            _ => false,
        });
        Ok(found.map(|row| row.plan.title))
    }

    fn firmware_event(&self, access: &Access, kind: EventKind, detail: Value) -> NewEvent {
        NewEvent {
            at: self.now(),
            device: None,
            actor: access.actor(),
            kind,
            detail,
        }
    }

    /// The address from which a device fetches an artifact, good for an hour.
    fn firmware_url(&self, artifact: &ArtifactId, device: &DeviceId) -> String {
        let firmware = self.firmware();
        let link = muster_core::firmware::Link::new(*artifact, device.clone(), self.now());
        let address = firmware
            .address
            .get_or_init(|| format!("https://{}", self.hostname()));
        format!("{address}{}", link.address(&firmware.link_key))
    }
}
