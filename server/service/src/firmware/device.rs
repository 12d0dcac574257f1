//! Firmware seen from a device: what it is, what it runs, what it is asked to install next.

use muster_core::firmware::{
    Artifact, ArtifactId, NoPath, Progress, Step, desired, next_step, progress,
};
use muster_core::ids::DeviceId;
use muster_storage::TwinRow;
use serde_json::Value;

use super::FirmwareError;
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

    /// The patch of desired properties that has a device install an artifact, with a link that is good for an hour.
    /// `operation` is what the device repeats in its progress. Refused when devices may not get the artifact.
    pub fn firmware_desired(
        &self,
        artifact: &Artifact,
        device: &DeviceId,
        operation: Option<&str>,
    ) -> Result<Value, FirmwareError> {
        if !artifact.is_available() {
            return Err(FirmwareError::Withdrawn(artifact.to_string()));
        }
        if let Some(why) = self.firmware().keys.refusal(artifact) {
            return Err(FirmwareError::Signature(why));
        }
        let url = self.firmware_url(&artifact.id, device);
        Ok(desired(artifact, &url, operation))
    }
}

/// A literal of the query language.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// The condition of the query language that finds the devices that run an artifact's version, among its models.
pub fn running(artifact: &Artifact) -> String {
    let about = &artifact.about;
    let version = quoted(about.version.as_str());
    let runs = format!("properties.reported.firmware.version = {version}");
    let models = about.models.iter().filter(|model| *model != "*");
    let of_model = models.flat_map(|model| {
        ["tags.model", "modelId"].map(|path| match model.strip_suffix('*') {
            Some(prefix) => format!("STARTS_WITH({path}, {})", quoted(prefix)),
            None => format!("{path} = {}", quoted(model)),
        })
    });
    let of_model: Vec<String> = of_model.collect();
    let all = about.models.iter().any(|model| model == "*");
    if of_model.is_empty() || all {
        runs
    } else {
        format!("{runs} AND ({})", of_model.join(" OR "))
    }
}
