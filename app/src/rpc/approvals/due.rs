//! How many decisions wait for the person.

use leptos::prelude::*;

use crate::error::AppError;
use crate::rpc::Compact;

/// The number beside "Approvals" in the navigation.
#[server(prefix = "/rpc", endpoint = "approvals/due", output = Compact)]
pub async fn approvals_due() -> Result<u64, AppError> {
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    Ok(hub.approvals_due(&access).await? as u64)
}
