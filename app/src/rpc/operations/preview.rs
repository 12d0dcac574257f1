//! What a draft would do.

use leptos::prelude::*;
use muster_core::ids::OperationId;

use super::PreviewView;
use crate::error::AppError;
use crate::rpc::Compact;

/// What would happen; nothing does.
#[server(prefix = "/rpc", endpoint = "operations/preview", output = Compact)]
pub async fn preview_operation(
    /// Which draft.
    id: OperationId,
) -> Result<PreviewView, AppError> {
    let wizard = super::read::Wizard::begin()?;
    let draft = wizard.draft(id).await?;
    let plan = super::plan::plan(&draft).map_err(AppError::fields)?;
    let preview = wizard.hub.preview_operation(&wizard.permit, &plan).await?;
    let gates = super::read::gates(&plan, &wizard.hub, &wizard.access)?;
    Ok(super::read::preview(
        wizard.hub.hostname(),
        &plan,
        preview,
        gates,
    ))
}
