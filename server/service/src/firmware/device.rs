//! Firmware seen from a device: what it is, what it runs, what it is asked to install next.

use muster_core::firmware::{
    Artifact, ArtifactId, NoPath, Progress, Step, desired, next_step, progress,
};
use muster_core::ids::DeviceId;
use muster_core::twin::{Mode, ServiceWrite};
use muster_storage::TwinRow;
use serde_json::Value;

use super::FirmwareError;
use crate::access::DevicePermit;
use crate::access::kinds::EditTwin;
use crate::error::ServiceError;
use crate::hub::Hub;

/// What is known about the firmware of a device.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeviceFirmware {
    /// The names under which its model is known: the one it announced, and `tags.model`.
    pub models: Vec<String>,
    /// What it runs, and where it is in an update.
    pub progress: Progress,
}

impl DeviceFirmware {
    /// From its twin.
    pub fn of(row: &TwinRow) -> Self {
        let announced = Some(row.device.model_id.as_str());
        let tagged = row.twin.tags.get("model").and_then(Value::as_str);
        let models = [announced, tagged].into_iter().flatten();
        let reported = Value::Object(row.twin.reported.value.clone());
        Self {
            models: models
                .filter(|model| !model.is_empty())
                .map(str::to_owned)
                .collect(),
            progress: progress(&reported),
        }
    }

    /// What the device installs next on its way to `target`; `None` when it runs it already. `artifacts` are all there are.
    pub fn next<'a>(
        &self,
        target: &'a Artifact,
        artifacts: &'a [Artifact],
    ) -> Result<Option<&'a Artifact>, NoPath> {
        let models: Vec<&str> = self.models.iter().map(String::as_str).collect();
        let step = next_step(&models, self.progress.running.as_ref(), target, artifacts)?;
        Ok(match step {
            Step::Nothing => None,
            Step::Install(next) => Some(next),
        })
    }
}

impl Hub {
    /// What is known about the firmware of a device; `None` when there is no such device.
    pub async fn device_firmware(
        &self,
        device: &DeviceId,
    ) -> Result<Option<DeviceFirmware>, ServiceError> {
        let row = self.store().find_twin(device).await?;
        Ok(row.as_ref().map(DeviceFirmware::of))
    }

    /// The artifact that a device installs next on its way to `target`; `None` when it runs it already.
    pub async fn next_firmware(
        &self,
        device: &DeviceId,
        target: &ArtifactId,
    ) -> Result<Option<Artifact>, ServiceError> {
        let known = self.device_firmware(device).await?;
        let known = known.ok_or(ServiceError::NotFound)?;
        let artifacts = self.store().artifacts().await?;
        let target = artifacts.iter().find(|one| one.id == *target);
        let target = target.ok_or(ServiceError::NotFound)?;
        let next = known
            .next(target, &artifacts)
            .map_err(FirmwareError::from)?;
        Ok(next.cloned())
    }

    /// Asks one device to install an artifact, or what it must pass on the way there; says what it was asked for.
    pub async fn ask_for_firmware(
        &self,
        permit: &DevicePermit<EditTwin>,
        target: &ArtifactId,
    ) -> Result<Artifact, ServiceError> {
        let device = permit.device();
        let Some(next) = self.next_firmware(device, target).await? else {
            let what = "the device runs this version already".to_owned();
            return Err(ServiceError::Invalid(what));
        };
        let write = ServiceWrite {
            mode: Mode::Merge,
            tags: None,
            desired: Some(self.firmware_desired(&next, device, None)?),
        };
        self.write_twin(permit, write, None).await?;
        Ok(next)
    }

    /// The patch of desired properties that has a device install an artifact, with a link that is good for an hour.
    /// `operation` is what the device repeats in its progress. Refused when devices may not get the artifact.
    pub fn firmware_desired(
        &self,
        artifact: &Artifact,
        device: &DeviceId,
        operation: Option<&str>,
    ) -> Result<Value, FirmwareError> {
        self.may_offer(artifact)?;
        let url = self.firmware_url(&artifact.id, device);
        Ok(desired(artifact, &url, operation))
    }
}

/// A literal of the query language.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// The condition of the query language that finds the devices that an artifact is for; empty for all.
pub fn of_models(artifact: &Artifact) -> String {
    let models = &artifact.about.models;
    if models.iter().any(|model| model == "*") {
        return String::new();
    }
    let parts = models.iter().flat_map(|model| {
        ["tags.model", "modelId"].map(|path| match model.strip_suffix('*') {
            Some(prefix) => format!("STARTS_WITH({path}, {})", quoted(prefix)),
            None => format!("{path} = {}", quoted(model)),
        })
    });
    let parts: Vec<String> = parts.collect();
    parts.join(" OR ")
}

/// The same devices, as far as they report a version; with `None` those that report none.
pub fn with_version(of_models: &str, version: Option<&str>) -> String {
    let path = "properties.reported.firmware.version";
    let runs = match version {
        Some(version) => format!("{path} = {}", quoted(version)),
        None => format!("NOT IS_DEFINED({path})"),
    };
    if of_models.is_empty() {
        runs
    } else {
        format!("{runs} AND ({of_models})")
    }
}

/// The condition that finds the devices that run an artifact, as far as they tell.
pub fn running(artifact: &Artifact) -> String {
    with_version(&of_models(artifact), Some(artifact.about.version.as_str()))
}
