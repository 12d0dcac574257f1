//! Beginning with the plan of another operation.

use leptos::prelude::*;
use muster_core::ids::OperationId;

use crate::error::AppError;
use crate::rpc::Compact;

/// Makes a draft with the plan of an operation and leads to the wizard.
#[server(prefix = "/rpc", endpoint = "operations/copy", output = Compact)]
pub async fn copy_operation(
    /// Which.
    id: OperationId,
) -> Result<(), AppError> {
    use super::read::Wizard;
    use crate::pages::operation_new::address::Step;
    let wizard = Wizard::begin()?;
    let found = wizard.hub.operation(&wizard.access, id).await?;
    let plan = found.ok_or(AppError::NotFound)?.summary.plan;
    wizard
        .keep_new(super::plan::draft_of(plan), Step::Review)
        .await
}
