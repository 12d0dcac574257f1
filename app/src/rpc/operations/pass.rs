//! Letting devices pass a gate.

use leptos::prelude::*;
use muster_core::ids::OperationId;

use crate::error::AppError;
use crate::rpc::Compact;

/// Lets the devices that a gate holds go ahead, or one of them. Answers how many.
#[server(prefix = "/rpc", endpoint = "operations/pass", output = Compact)]
pub async fn pass_gate(
    /// Which operation.
    id: OperationId,
    /// The gate of its plan, from 0.
    gate: u8,
    /// One device only.
    #[server(default)]
    device: String,
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<u32, AppError> {
    use muster_core::ids::DeviceId;
    use muster_service::access::kinds::OverrideGates;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let permit = hub.permit::<OverrideGates>(&access)?;
    let device = match device.as_str() {
        "" => None,
        id => Some(DeviceId::new(id).map_err(|_| AppError::NotFound)?),
    };
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(AppError::field(
            "reason",
            "say why, for those who look later",
        ));
    }
    let passed = hub.override_gate(&permit, id, gate, device, reason).await?;
    if crate::session::is_plain_form() {
        leptos_axum::redirect(&crate::routes::operation(id));
    }
    Ok(passed)
}
