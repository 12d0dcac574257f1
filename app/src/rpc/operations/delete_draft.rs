//! Discarding a draft.

use leptos::prelude::*;
use muster_core::ids::OperationId;

use crate::error::AppError;
use crate::rpc::Compact;

/// Discards a draft of one's own.
#[server(prefix = "/rpc", endpoint = "operations/delete_draft", output = Compact)]
pub async fn delete_draft(
    /// Which.
    id: OperationId,
) -> Result<(), AppError> {
    let wizard = super::read::Wizard::begin()?;
    wizard.hub.delete_draft(&wizard.permit, id).await?;
    if crate::session::is_plain_form() {
        leptos_axum::redirect(crate::routes::OPERATIONS);
    }
    Ok(())
}
