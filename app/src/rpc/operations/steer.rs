//! Pausing, stopping, retrying.

use leptos::prelude::*;
use muster_core::ids::OperationId;

use crate::error::AppError;
use crate::rpc::Compact;

/// Does one of [`Verb`](crate::pages::operation::steer::Verb) to an operation.
#[server(prefix = "/rpc", endpoint = "operations/steer", output = Compact)]
pub async fn steer_operation(
    /// Which.
    id: OperationId,
    /// What.
    verb: String,
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<(), AppError> {
    use crate::pages::operation::steer::Verb;
    use muster_service::access::kinds::SteerOperations;
    use muster_service::operations::Steer;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let permit = hub.permit::<SteerOperations>(&access)?;
    let verb = Verb::from_name(&verb).ok_or_else(|| AppError::field("verb", "is not known"))?;
    let reason = reason.trim().to_owned();
    if verb.asks_why() && reason.is_empty() {
        return Err(AppError::field(
            "reason",
            "say why, for those who look later",
        ));
    }
    let steer = match verb {
        Verb::Pause => Steer::Pause { reason },
        Verb::Resume => Steer::Resume,
        Verb::Continue => Steer::Continue,
        Verb::Stop => Steer::Stop { reason },
        Verb::Cancel => Steer::Cancel { reason },
        Verb::Retry => Steer::Retry,
    };
    hub.steer_operation(&permit, id, steer).await?;
    if crate::session::is_plain_form() {
        leptos_axum::redirect(&crate::routes::operation(id));
    }
    Ok(())
}
