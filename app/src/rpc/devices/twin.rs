//! A device's twin.

use leptos::prelude::*;

use super::TwinView;
use crate::error::AppError;
use crate::rpc::Compact;

/// The twin, to compare and to edit.
#[server(prefix = "/rpc", endpoint = "devices/twin", output = Compact)]
pub async fn read_twin(
    /// Which.
    id: String,
) -> Result<TwinView, AppError> {
    use crate::panels::twin::compare::compare;
    use muster_service::access::kinds::{EditTwin, SeeDevices};
    let (hub, access, permit) = super::begin::<SeeDevices>(&id)?;
    let twin = hub.twin(&permit).await?.twin;
    Ok(TwinView {
        etag: twin.etag.to_string(),
        desired_version: twin.desired.version,
        reported_version: twin.reported.version,
        leaves: compare(&twin.desired, &twin.reported),
        tags: twin.tags,
        desired: twin.desired.value,
        may_edit: hub
            .permit_device::<EditTwin>(&access, permit.device())
            .is_ok(),
        now: hub.now().millis(),
    })
}
