//! The open alerts of a device.

use leptos::prelude::*;

use super::AlertRow;
use crate::error::AppError;
use crate::rpc::Compact;

/// The alerts of a device that are open or acknowledged, the worst first.
#[server(prefix = "/rpc", endpoint = "alerts/of_device", output = Compact)]
pub async fn alerts_of_device(
    /// Which device.
    id: String,
) -> Result<Vec<AlertRow>, AppError> {
    use muster_core::ids::DeviceId;
    use muster_service::access::kinds::SeeDevices;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let id = DeviceId::new(&id).map_err(|_| AppError::NotFound)?;
    let permit = hub.permit_device::<SeeDevices>(&access, &id)?;
    let found = hub.alerts_of_device(&permit).into_iter();
    Ok(found
        .map(|alert| super::read::row(&hub, &access, &alert))
        .collect())
}
