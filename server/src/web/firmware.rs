//! Firmware over HTTP: `GET /firmware/{sha256}` for devices with a signed link, `POST /firmware/upload` for the form.

pub mod download;
pub mod pace;
pub mod range;
pub mod upload;

pub use pace::Downloads;
