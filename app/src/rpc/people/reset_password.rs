//! A new password for somebody else.

use leptos::prelude::*;
use muster_core::ids::PersonId;

use super::Secret;
use crate::error::AppError;
use crate::rpc::Compact;

/// Gives an account a temporary password, which is shown once. Its sessions end.
#[server(prefix = "/rpc", endpoint = "people/reset_password", output = Compact)]
pub async fn reset_password(
    /// Whose.
    id: PersonId,
) -> Result<Secret, AppError> {
    let (hub, permit) = super::begin()?;
    let password = hub.reset_password(&permit, id).await?;
    if crate::session::is_plain_form() {
        let page = crate::routes::person(id);
        crate::session::leave_once(&page, &password);
        leptos_axum::redirect(&page);
    }
    Ok(Secret(password))
}
