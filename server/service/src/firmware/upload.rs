//! Adding an artifact: its bytes come piece by piece, and are there whole with their row or not at all.

use muster_core::event::EventKind;
use muster_core::firmware::{
    Artifact, ArtifactId, ArtifactState, BadArtifact, BadVersion, NewArtifact, Signature, Version,
    cycle,
};
use muster_storage::{Arriving, ArtifactOutcome, MAX_ARTIFACTS, MAX_ARTIFACTS_BYTES};
use serde_json::json;
use tokio::sync::OwnedSemaphorePermit;

use super::FirmwareError;
use crate::access::{Access, Permit, kinds::KeepFirmware};
use crate::error::ServiceError;
use crate::hub::Hub;

/// A file on its way in. Dropped before its end, it leaves nothing behind.
#[derive(Debug)]
pub struct Upload {
    hub: Hub,
    access: Access,
    about: NewArtifact,
    arriving: Arriving,
    _turn: OwnedSemaphorePermit,
}

impl Hub {
    /// Begins to take a file. What can be refused without its bytes is refused here.
    pub async fn begin_upload(
        &self,
        permit: &Permit<KeepFirmware>,
        about: NewArtifact,
    ) -> Result<Upload, ServiceError> {
        let about = about.checked().map_err(FirmwareError::from)?;
        let turn = self.firmware().uploads.clone().try_acquire_owned();
        let turn = turn.map_err(|_| ServiceError::Busy("uploads of firmware"))?;
        let all = self.store().artifacts().await?;
        if all.len() as u64 >= MAX_ARTIFACTS {
            return Err(FirmwareError::TooMany.into());
        }
        refuse_twin(&about, &all)?;
        let kept: u64 = all.iter().map(|one| one.size).sum();
        let room = MAX_ARTIFACTS_BYTES.saturating_sub(kept);
        let arriving = self.firmware().files.begin(room).await;
        Ok(Upload {
            hub: self.clone(),
            access: permit.access().clone(),
            about,
            arriving: arriving.map_err(FirmwareError::from)?,
            _turn: turn,
        })
    }
}

impl Upload {
    /// Takes the next bytes.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), ServiceError> {
        let written = self.arriving.write(bytes).await;
        Ok(written.map_err(FirmwareError::from)?)
    }

    /// The end of the file. `size` and `expected` are what was announced, where it was.
    pub async fn finish(
        self,
        size: Option<u64>,
        expected: Option<ArtifactId>,
    ) -> Result<Artifact, ServiceError> {
        let hub = self.hub.clone();
        let _turn = hub.firmware().changes.lock().await;
        let before = hub.store().artifacts().await?;
        let arrived = self.arriving.finish(size, expected).await;
        let (id, size) = arrived.map_err(FirmwareError::from)?;
        if let Some(known) = before.iter().find(|one| one.id == id) {
            return Err(FirmwareError::Exists(known.to_string()).into());
        }
        let artifact = Artifact {
            id,
            size,
            about: self.about,
            state: ArtifactState::Available,
            added_at: hub.now(),
            added_by: self.access.person().map(|person| person.id),
        };
        let added = add(&hub, &self.access, &artifact, &before).await;
        if added.is_err()
            && let Err(error) = hub.firmware().files.remove(&id).await
        {
            tracing::warn!(%error, "a file that was refused is removed at the next start");
        }
        added.map(|()| artifact)
    }
}

async fn add(
    hub: &Hub,
    access: &Access,
    new: &Artifact,
    before: &[Artifact],
) -> Result<(), ServiceError> {
    refuse_twin(&new.about, before)?;
    if let Some(circle) = cycle(new, before) {
        return Err(FirmwareError::from(circle).into());
    }
    if let Some(why) = hub.firmware().keys.refusal(new) {
        return Err(FirmwareError::Signature(why).into());
    }
    let detail = json!({ "artifact": new.to_string(), "sha256": new.id, "size": new.size });
    let event = hub.firmware_event(access, EventKind::FirmwareAdded, detail);
    match hub.store().insert_artifact(new.clone(), event).await? {
        ArtifactOutcome::Done => Ok(()),
        ArtifactOutcome::Exists => Err(FirmwareError::Exists(new.to_string()).into()),
        ArtifactOutcome::TooMany => Err(FirmwareError::TooMany.into()),
    }
}

/// What a form or an address says about a file, field by field: `product`, `version`, `models`, `from`, `until`, `mustPass`,
/// `notes`, `key` and `signature`. Lists are separated by commas.
pub fn described<'a>(text: impl Fn(&str) -> Option<&'a str>) -> Result<NewArtifact, ServiceError> {
    let read = || -> Result<NewArtifact, BadArtifact> {
        let version = |name| text(name).map(Version::new).transpose();
        let list = |name| {
            let parts = text(name).unwrap_or_default().split([',', '\n']);
            parts.map(str::trim).filter(|part| !part.is_empty())
        };
        let signature = match (text("key"), text("signature")) {
            (None, None) => None,
            (key, value) => Some(Signature::new(
                key.unwrap_or_default(),
                value.unwrap_or_default(),
            )?),
        };
        let must_pass: Result<Vec<Version>, _> = list("mustPass").map(Version::new).collect();
        Ok(NewArtifact {
            product: text("product").unwrap_or_default().to_owned(),
            version: version("version")?.ok_or(BadVersion)?,
            models: list("models").map(str::to_owned).collect(),
            from: version("from")?,
            until: version("until")?,
            must_pass: must_pass?,
            signature,
            notes: text("notes").unwrap_or_default().to_owned(),
        })
    };
    Ok(read().map_err(FirmwareError::from)?)
}

/// Two artifacts of one product, version and list of models could not be told apart by what a device reports.
fn refuse_twin(about: &NewArtifact, all: &[Artifact]) -> Result<(), FirmwareError> {
    let twin = |one: &&Artifact| {
        let other = &one.about;
        other.product == about.product
            && other.version == about.version
            && other.models == about.models
    };
    match all.iter().find(twin) {
        Some(known) => Err(FirmwareError::Exists(known.to_string())),
        None => Ok(()),
    }
}
