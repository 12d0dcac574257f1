//! Closing an account, and opening it again.

use leptos::prelude::*;
use muster_core::ids::PersonId;

use super::PersonView;
use crate::error::AppError;
use crate::rpc::Compact;

/// Whether the person may sign in. Deactivating ends their sessions.
#[server(prefix = "/rpc", endpoint = "people/set_active", output = Compact)]
pub async fn set_active(
    /// Whose account.
    id: PersonId,
    /// Whether they may sign in.
    active: bool,
) -> Result<PersonView, AppError> {
    let (hub, permit) = super::begin()?;
    let edit = muster_service::people::PersonEdit {
        active: Some(active),
        ..Default::default()
    };
    hub.update_person(&permit, id, edit).await?;
    let person = hub.person(&permit, id).await?;
    super::with_waiting(&hub, &permit, person).await
}
