//! Handover notes.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::rpc::Compact;

/// What somebody told the next shift.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NoteView {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Who.
    pub author: String,
    /// The words.
    pub text: String,
}

/// Leaves a note for those who look after the same devices.
#[server(prefix = "/rpc", endpoint = "home/leave_note", output = Compact)]
pub async fn leave_note(
    /// The words.
    text: String,
) -> Result<(), AppError> {
    use muster_service::ServiceError;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let left = hub.leave_note(&hub.permit(&access)?, &text).await;
    if let Err(ServiceError::Invalid(why)) = left {
        return Err(AppError::field("text", why));
    }
    left?;
    if crate::session::is_plain_form() {
        leptos_axum::redirect(crate::routes::ROOT);
    }
    Ok(())
}
