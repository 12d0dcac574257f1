//! The operations of a device.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{OperationRow, TargetRow};
use crate::error::AppError;
use crate::rpc::Compact;

/// Operations on a page.
#[cfg(feature = "ssr")]
const PAGE: usize = 25;

/// An operation, and how the device fares in it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DeviceOperation {
    /// The operation.
    pub operation: OperationRow,
    /// The device in it.
    pub target: TargetRow,
}

/// A page of them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DeviceOperations {
    /// The newest first.
    pub rows: Vec<DeviceOperation>,
    /// Cursor of the page before.
    pub previous: Option<String>,
    /// Cursor of the page after.
    pub next: Option<String>,
}

/// The operations that have the device among their targets, newest first.
#[server(name = OperationsOfDevice, prefix = "/rpc", endpoint = "operations/of_device", output = Compact)]
pub async fn operations_of_device(
    /// Which device.
    device: String,
    /// Where the page begins; the newest without.
    cursor: Option<String>,
) -> Result<DeviceOperations, AppError> {
    use muster_core::ids::DeviceId;
    use muster_service::access::kinds::SeeDevices;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let device = DeviceId::new(&device).map_err(|_| AppError::NotFound)?;
    hub.permit_device::<SeeDevices>(&access, &device)?;
    let page = hub
        .device_operations(&access, &device, PAGE, cursor)
        .await?;
    let row = |(operation, target)| DeviceOperation {
        operation: super::read::row(operation),
        target: super::target_row(target),
    };
    Ok(DeviceOperations {
        rows: page.rows.into_iter().map(row).collect(),
        previous: page.previous,
        next: page.next,
    })
}
