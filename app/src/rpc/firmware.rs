//! Firmware: the artifacts, and who runs them.

mod delete;
mod list;
mod set_state;
mod show;
mod wire;

pub use delete::{DeleteFirmware, delete_firmware};
pub use list::{ListFirmware, list_firmware};
pub use set_state::{SetFirmwareState, set_firmware_state};
pub use show::{ShowFirmware, show_firmware};
pub use wire::{Adoption, ArtifactView, FirmwareList, Signed, VersionCount};

#[cfg(feature = "ssr")]
use muster_core::firmware::ArtifactId;

/// The artifact of an address. What is no hash names none.
#[cfg(feature = "ssr")]
fn id_of(text: &str) -> Result<ArtifactId, crate::error::AppError> {
    ArtifactId::new(text).map_err(|_| crate::error::AppError::NotFound)
}
