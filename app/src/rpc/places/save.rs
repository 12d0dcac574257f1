//! Making and changing places.

use leptos::prelude::*;

use super::OutlineInput;
use crate::error::AppError;
use crate::rpc::Compact;

/// Makes a place, or changes the one that the form was rendered with. Its short name comes back.
#[server(prefix = "/rpc", endpoint = "places/save", output = Compact)]
pub async fn save_place(
    /// The short name; empty for a new one, made from its name.
    #[server(default)]
    id: String,
    /// The token that the form was rendered with; empty for a new one.
    #[server(default)]
    etag: String,
    /// What people call it.
    name: String,
    /// Where it is.
    outline: OutlineInput,
    /// Its zone; empty for none.
    #[server(default)]
    zone: String,
    /// The site that it is; empty for none.
    #[server(default)]
    site: String,
) -> Result<String, AppError> {
    use muster_core::gate::{Place, Sheet};
    let (hub, permit) = crate::rpc::windows::begin()?;
    let name = name.trim().to_owned();
    let id = crate::rpc::windows::slug(&id, &name)?;
    let shape = outline.read()?;
    let text = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let sheet = Sheet::Place(Place {
        name,
        shape,
        zone: text(zone),
        site: text(site),
    });
    let saved = hub.put_sheet(&permit, id, sheet, crate::rpc::windows::demand(&etag));
    let row = match saved.await {
        Err(muster_service::ServiceError::AlreadyExists) => {
            return Err(AppError::field(
                "name",
                "another place has this name; choose a different one",
            ));
        }
        other => other?,
    };
    crate::rpc::windows::done(crate::routes::PLACES);
    Ok(row.id.to_string())
}
