//! What was called before.

use leptos::prelude::*;

use super::MethodHistory;
use crate::error::AppError;
use crate::rpc::Compact;

/// Earlier calls of the device, and the methods that are known for it.
#[server(prefix = "/rpc", endpoint = "devices/method_history", output = Compact)]
pub async fn read_method_history(
    /// Of which.
    id: String,
) -> Result<MethodHistory, AppError> {
    use crate::rpc::home::read::event_view;
    use muster_service::access::kinds::SeeDevices;
    let (hub, _, permit) = super::begin::<SeeDevices>(&id)?;
    let history = hub.method_history(&permit).await?;
    Ok(MethodHistory {
        calls: history.calls.into_iter().map(event_view).collect(),
        names: history.names,
    })
}
