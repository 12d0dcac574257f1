//! Starting what was prepared.

use leptos::prelude::*;
use muster_core::ids::OperationId;

use crate::error::AppError;
use crate::rpc::Compact;

/// Makes an operation of a draft, and leads to its page. What cannot be taken back needs the number of devices.
#[server(prefix = "/rpc", endpoint = "operations/create", output = Compact)]
pub async fn create_operation(
    /// Which draft.
    id: OperationId,
    /// The number of devices, as typed.
    #[server(default)]
    count: String,
) -> Result<OperationId, AppError> {
    let wizard = super::read::Wizard::begin()?;
    let draft = wizard.draft(id).await?;
    let plan = super::plan::plan(&draft).map_err(AppError::fields)?;
    if super::read::is_grave(&plan.task) {
        let preview = wizard.hub.preview_operation(&wizard.permit, &plan).await?;
        let typed = count.trim().replace(',', "").parse::<u32>();
        if typed != Ok(preview.targets) {
            let words = format!("type {}, the number of devices", preview.targets);
            return Err(AppError::field("count", words));
        }
    }
    let made = wizard
        .hub
        .create_operation(&wizard.permit, plan, None)
        .await?;
    // A draft that stays is no harm; the operation is made.
    if let Err(error) = wizard.hub.delete_draft(&wizard.permit, id).await {
        tracing::warn!(draft = id.0, error = %error, "a draft could not be discarded");
    }
    leptos_axum::redirect(&crate::routes::operation(made.id));
    Ok(made.id)
}
