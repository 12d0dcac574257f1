//! What bringing back a version of desired properties would do.

use leptos::prelude::*;

use super::WayBack;
use crate::error::AppError;
use crate::rpc::Compact;

/// What would change if this version came back. Changes nothing.
#[server(name = ReadWayBack, prefix = "/rpc", endpoint = "devices/way_back", output = Compact)]
pub async fn read_way_back(
    /// Which device.
    id: String,
    /// The version.
    version: u64,
) -> Result<WayBack, AppError> {
    use muster_service::access::kinds::{EditTwin, SeeDevices};
    let (hub, access, permit) = super::begin::<SeeDevices>(&id)?;
    let back = hub.way_back(&permit, version).await?;
    let edit = hub.permit_device::<EditTwin>(&access, permit.device());
    Ok(WayBack {
        version,
        current: back.twin.desired.version,
        etag: back.twin.etag.to_string(),
        rows: back
            .differences
            .into_iter()
            .map(super::difference)
            .collect(),
        connected: hub.connections().is_open(permit.device()),
        may: edit.is_ok(),
    })
}
