//! Keeping a list under a name.

use leptos::prelude::*;
use muster_core::view::ViewId;

use super::ViewRow;
use crate::error::AppError;
use crate::rpc::Compact;

/// Makes a view, or with a number changes that one: its name, its list, who sees it. Answers with all views.
#[server(prefix = "/rpc", endpoint = "fleet/save_view", output = Compact)]
pub async fn save_view(
    /// Which; a new one without.
    id: Option<ViewId>,
    /// Its name.
    name: String,
    /// The list: the query string of the fleet page.
    query: String,
    /// Whether everybody sees it.
    #[server(default)]
    shared: bool,
) -> Result<Vec<ViewRow>, AppError> {
    use crate::pages::fleet::address::FleetAddress;
    use muster_service::ServiceError;
    use muster_service::access::kinds::SeeDevices;
    use muster_service::views::ViewEdit;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let permit = hub.permit::<SeeDevices>(&access)?;
    let list = FleetAddress::parse(&query).kept();
    if let Err(error) = muster_query::Condition::parse(&list.filter) {
        return Err(AppError::field("query", error));
    }
    let edit = ViewEdit {
        name,
        query: list.query(),
        shared,
    };
    let saved = match id {
        Some(id) => hub.update_view(&permit, id, edit).await,
        None => hub.create_view(&permit, edit).await,
    };
    let saved = saved.map_err(|error| match error {
        ServiceError::AlreadyExists => {
            AppError::field("name", "another view of the same owner has this name")
        }
        ServiceError::View(error) => AppError::field("name", error),
        other => other.into(),
    })?;
    if crate::session::is_plain_form() {
        leptos_axum::redirect(&FleetAddress::of_view(saved.id, &saved.query).href());
    }
    super::views::rows(&access).await
}
