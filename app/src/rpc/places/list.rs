//! The list of places.

use leptos::prelude::*;

use super::PlaceView;
use crate::error::AppError;
use crate::rpc::Compact;

/// All places, by short name.
#[server(prefix = "/rpc", endpoint = "places/list", output = Compact)]
pub async fn list_places() -> Result<Vec<PlaceView>, AppError> {
    use muster_core::gate::{Sheet, SheetKind};
    use muster_query::{Condition, Literal};

    use super::Outline;
    use crate::panels::filters;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let shelf = hub.shelf(&access)?;
    let devices = |site: &str| -> (Condition, u64) {
        let condition = filters::tag_is("location.site", Literal::String(site.to_owned()));
        let count = hub.fleet_count(&access, &condition, "").unwrap_or(0) as u64;
        (condition, count)
    };
    let places = shelf.all(SheetKind::Place).filter_map(|row| {
        let Sheet::Place(place) = &row.sheet else {
            return None;
        };
        let site = place.site.clone().unwrap_or_default();
        let counted = place.site.as_deref().map(devices);
        Some(PlaceView {
            id: row.id.to_string(),
            name: place.name.clone(),
            outline: Outline::from(&place.shape),
            zone: place.zone.clone().unwrap_or_default(),
            site,
            href: counted
                .as_ref()
                .map(|(condition, _)| filters::href(condition))
                .unwrap_or_default(),
            devices: counted.map_or(0, |(_, devices)| devices),
        })
    });
    Ok(places.collect())
}
