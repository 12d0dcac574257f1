//! Letting a device in, or not.

use leptos::prelude::*;
use muster_core::device::Status;

use crate::error::AppError;
use crate::rpc::Compact;

/// Enables or disables a device. Disabling closes its connection. `etag` is the identity the person saw.
#[server(prefix = "/rpc", endpoint = "devices/set_status", output = Compact)]
pub async fn set_status(
    /// Which.
    id: String,
    /// Token of the identity as the person saw it.
    etag: String,
    /// What it is to be.
    status: Status,
    /// Why, for those who look later.
    #[server(default)]
    reason: String,
) -> Result<(), AppError> {
    use muster_core::device::IfMatch;
    use muster_service::access::kinds::ProvisionDevices;
    use muster_service::registry::IdentityChange;
    let (hub, _, permit) = super::begin::<ProvisionDevices>(&id)?;
    let reason = Some(reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    let change = IdentityChange {
        status: Some((status, reason)),
        ..IdentityChange::default()
    };
    hub.update_device(permit, Some(IfMatch::OneOf(vec![etag])), change)
        .await?;
    Ok(())
}
