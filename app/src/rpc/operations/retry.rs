//! Trying chosen devices of an operation again.

use leptos::prelude::*;
use muster_core::ids::OperationId;

use crate::error::AppError;
use crate::rpc::Compact;

/// Tries failed devices again: those that are marked, or where none is, all of the list. Answers how many.
#[server(prefix = "/rpc", endpoint = "operations/retry", output = Compact)]
pub async fn retry_targets(
    /// Of which operation.
    id: OperationId,
    /// The query string of the list of its devices.
    #[server(default)]
    list: String,
    /// The marked devices.
    #[server(default)]
    only: Vec<String>,
) -> Result<u32, AppError> {
    use crate::pages::operation::address::OperationAddress;
    use muster_core::ids::DeviceId;
    use muster_core::operation::TargetState;
    use muster_service::access::kinds::SteerOperations;
    use muster_service::operations::Chosen;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let permit = hub.permit::<SteerOperations>(&access)?;
    let chosen = if only.is_empty() {
        Chosen::Matching(super::target_query(&list))
    } else {
        let ids = only.iter().map(|id| DeviceId::new(id));
        let ids = ids.collect::<Result<_, _>>();
        Chosen::Devices(ids.map_err(|_| AppError::NotFound)?)
    };
    let devices = hub.retry_targets(&permit, id, chosen).await?;
    if crate::session::is_plain_form() {
        let failed = OperationAddress::devices(&[TargetState::Failed]);
        leptos_axum::redirect(&failed.href(id));
    }
    Ok(devices)
}
