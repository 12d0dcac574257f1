//! Changing an account.

use leptos::prelude::*;
use muster_core::ids::PersonId;

use super::{GrantInput, PersonView};
use crate::error::AppError;
use crate::rpc::Compact;

/// Gives an account another display name and other roles. Roles that need a second person wait.
#[server(prefix = "/rpc", endpoint = "people/update", output = Compact)]
pub async fn update_person(
    /// Which.
    id: PersonId,
    /// The name others read.
    #[server(default)]
    display_name: String,
    /// All roles with their scopes.
    #[server(default)]
    grants: Vec<GrantInput>,
) -> Result<PersonView, AppError> {
    let (hub, permit) = super::begin()?;
    let roles = super::grants::read(&grants).map_err(AppError::fields)?;
    let edit = muster_service::people::PersonEdit {
        display_name: Some(display_name),
        roles: Some(roles),
        active: None,
    };
    hub.update_person(&permit, id, edit).await?;
    let person = hub.person(&permit, id).await?;
    super::with_waiting(&hub, &permit, person).await
}
