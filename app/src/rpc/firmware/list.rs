//! All artifacts.

use leptos::prelude::*;

use super::FirmwareList;
use crate::error::AppError;
use crate::rpc::Compact;

/// All artifacts, the newest first; the hub keeps few enough for one list.
#[server(prefix = "/rpc", endpoint = "firmware/list", output = Compact)]
pub async fn list_firmware() -> Result<FirmwareList, AppError> {
    use muster_core::policy::Action;
    let (hub, access) = (crate::session::hub()?, crate::session::require()?);
    let permit = hub.permit(&access)?;
    let mut rows = Vec::new();
    for artifact in hub.artifacts(&permit).await? {
        rows.push(super::ArtifactView::read(&hub, &access, &artifact).await?);
    }
    Ok(FirmwareList {
        rows,
        may_keep: access.can(Action::KeepFirmware),
    })
}
