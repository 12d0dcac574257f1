//! What the form of a place begins with.

use leptos::prelude::*;

use super::PlaceForm;
use crate::error::AppError;
use crate::rpc::Compact;

/// A place as a form; an empty one for the id `-`.
#[server(prefix = "/rpc", endpoint = "places/form", output = Compact)]
pub async fn read_place(
    /// The short name.
    id: String,
) -> Result<PlaceForm, AppError> {
    use muster_core::gate::{Sheet, SheetKind, Slug};

    use super::Outline;
    let (hub, permit) = crate::rpc::windows::begin()?;
    let shelf = hub.shelf(permit.access())?;
    let others = shelf
        .all(SheetKind::Place)
        .filter_map(|row| match &row.sheet {
            Sheet::Place(place) if row.id.as_str() != id => Some(Outline::from(&place.shape)),
            _ => None,
        });
    let mut form = PlaceForm {
        id: String::new(),
        etag: String::new(),
        name: String::new(),
        outline: None,
        zone: String::new(),
        site: String::new(),
        others: others.collect(),
        zones: crate::rpc::windows::zone_names(&hub, permit.access(), &shelf),
    };
    if id == crate::routes::NEW {
        return Ok(form);
    }
    let id = Slug::new(&id).map_err(|_| AppError::NotFound)?;
    let row = shelf
        .find(SheetKind::Place, &id)
        .ok_or(AppError::NotFound)?;
    let place = shelf.place(&id).ok_or(AppError::NotFound)?;
    form.id = id.to_string();
    form.etag = row.etag.to_string();
    form.name.clone_from(&place.name);
    form.outline = Some(Outline::from(&place.shape));
    form.zone = place.zone.clone().unwrap_or_default();
    form.site = place.site.clone().unwrap_or_default();
    Ok(form)
}
