//! Firmware of the demo: two versions for its sensors, so that a rollout has somewhere to go and somewhere to go back to.

use muster_core::firmware::{NewArtifact, Version};
use muster_service::access::kinds::KeepFirmware;
use muster_service::firmware::FirmwareError;
use muster_service::{Access, Hub, Permit, ServiceError};

use crate::failure::Failure;

/// Bytes of each file.
const SIZE: usize = 96 * 1024;

/// Version, the first version it can be installed on, notes. Some sensors of the demo run 4.1.7: too old for the newer.
const VERSIONS: [(&str, Option<&str>, &str); 2] = [
    ("4.3.0", None, "Reports the strength of its radio."),
    (
        "4.4.0",
        Some("4.2.0"),
        "Mends the door alarm after a cold start.",
    ),
];

/// Adds what is not there yet.
pub(super) async fn add(hub: &Hub) -> Result<(), Failure> {
    let permit = hub.permit(&Access::console())?;
    for (number, from, notes) in VERSIONS {
        let version = |text: &str| {
            Version::new(text).map_err(|problem| Failure::Refused(problem.to_string()))
        };
        let about = NewArtifact {
            models: vec!["CT-200".to_owned()],
            from: from.map(version).transpose()?,
            notes: notes.to_owned(),
            ..NewArtifact::plain("Cold sensor", version(number)?)
        };
        match add_one(hub, &permit, about).await {
            Ok(()) | Err(ServiceError::Firmware(FirmwareError::Exists(_))) => {}
            Err(problem) => return Err(problem.into()),
        }
    }
    Ok(())
}

async fn add_one(
    hub: &Hub,
    permit: &Permit<KeepFirmware>,
    about: NewArtifact,
) -> Result<(), ServiceError> {
    let line = format!("{} {}\n", about.product, about.version);
    let bytes: Vec<u8> = line.bytes().cycle().take(SIZE).collect();
    let mut upload = hub.begin_upload(permit, about).await?;
    upload.write(&bytes).await?;
    upload.finish(None, None).await?;
    Ok(())
}
