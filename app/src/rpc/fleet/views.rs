//! The saved views of a person.

use leptos::prelude::*;

use super::ViewRow;
use crate::error::AppError;
use crate::rpc::Compact;

/// The views the person sees: their own and those kept for everybody, by name.
#[server(prefix = "/rpc", endpoint = "fleet/views", output = Compact)]
pub async fn list_views() -> Result<Vec<ViewRow>, AppError> {
    let access = crate::session::require()?;
    rows(&access).await
}

/// The views as they are now; also what every change of them answers.
#[cfg(feature = "ssr")]
pub(super) async fn rows(access: &muster_service::Access) -> Result<Vec<ViewRow>, AppError> {
    let hub = crate::session::hub()?;
    let person = access.person().ok_or(AppError::SignedOut)?;
    // What was pinned a moment ago is not in the access of this request yet.
    let now = hub.access_of(person.id).await?;
    let pinned = now.as_ref().and_then(|access| access.home_view());
    let pinned = pinned.map(|view| view.id);
    let views = hub.views(access).await?.into_iter();
    Ok(views
        .map(|view| ViewRow {
            pinned: pinned == Some(view.id),
            mine: view.owner == person.id,
            id: view.id,
            name: view.name,
            query: view.query,
            shared: view.shared,
            owner: view.owner_name,
        })
        .collect())
}
