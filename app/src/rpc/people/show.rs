//! One account.

use leptos::prelude::*;
use muster_core::ids::PersonId;

use super::PersonView;
use crate::error::AppError;
use crate::rpc::Compact;

/// One account by its number.
#[server(prefix = "/rpc", endpoint = "people/show", output = Compact)]
pub async fn show_person(
    /// Which.
    id: PersonId,
) -> Result<PersonView, AppError> {
    let (hub, permit) = super::begin()?;
    let person = hub.person(&permit, id).await?;
    super::with_waiting(&hub, &permit, person).await
}
