//! Finding devices from anywhere.

use leptos::prelude::*;

use super::Found;
use crate::error::AppError;
use crate::rpc::Compact;

/// Devices that are offered.
#[cfg(feature = "ssr")]
const OFFERED: usize = 8;

/// The first devices with a text in their id or a tag value, in the order of ids; those whose id begins with it first.
#[server(prefix = "/rpc", endpoint = "fleet/find", output = Compact)]
pub async fn find_devices(
    /// The text.
    text: String,
) -> Result<Vec<Found>, AppError> {
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    super::read::find(&hub, &access, text.trim(), OFFERED)
}
