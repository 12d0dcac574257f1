//! Bringing back a version of desired properties.

use leptos::prelude::*;

use crate::error::AppError;
use crate::rpc::Compact;

/// Brings desired properties back to what they were in a version, if the twin is as the person saw it. Answers the version
/// that it made.
#[server(name = RestoreDesired, prefix = "/rpc", endpoint = "devices/restore", output = Compact)]
pub async fn restore_desired(
    /// Which device.
    id: String,
    /// The version to bring back.
    version: u64,
    /// Token of the twin as the person saw it.
    #[server(default)]
    etag: String,
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<u64, AppError> {
    use crate::pages::device::address::{DeviceAddress, Tab};
    use muster_core::device::IfMatch;
    use muster_service::access::kinds::EditTwin;
    let (hub, _, permit) = super::begin::<EditTwin>(&id)?;
    if reason.trim().is_empty() {
        return Err(AppError::field(
            "reason",
            "say why, for those who look later",
        ));
    }
    let seen = IfMatch::OneOf(vec![etag]);
    let twin = hub
        .restore_desired(&permit, version, &reason, Some(seen))
        .await?;
    let saved = twin.desired.version;
    if crate::session::is_plain_form() {
        let address = DeviceAddress {
            saved: Some(saved),
            ..DeviceAddress::tab(Tab::History)
        };
        leptos_axum::redirect(&address.href(permit.device()));
    }
    Ok(saved)
}
