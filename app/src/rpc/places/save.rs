//! Making and changing places.

use leptos::prelude::*;

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
    /// `circle` or `polygon`.
    kind: String,
    /// The middle of a circle: latitude and longitude, as `52.5, 13.4`.
    #[server(default)]
    centre: String,
    /// The radius of a circle in metres.
    #[server(default)]
    radius: String,
    /// The corners of a polygon, one in a line.
    #[server(default)]
    points: String,
    /// Its zone; empty for none.
    #[server(default)]
    zone: String,
    /// The site that it is; empty for none.
    #[server(default)]
    site: String,
) -> Result<String, AppError> {
    use muster_core::gate::{Place, Shape, Sheet};
    let (hub, permit) = crate::rpc::windows::begin()?;
    let name = name.trim().to_owned();
    let id = crate::rpc::windows::slug(&id, &name)?;
    let shape = if kind == "polygon" {
        Shape::Polygon {
            points: points_of(&points).map_err(|why| AppError::field("points", why))?,
        }
    } else {
        let centre = point_of(&centre).ok_or_else(|| {
            AppError::field(
                "centre",
                "give latitude and longitude in degrees, as 52.5, 13.4",
            )
        })?;
        let radius = radius.trim().parse::<f64>();
        Shape::Circle {
            centre,
            radius_m: radius.map_err(|_| AppError::field("radius", "give the radius in metres"))?,
        }
    };
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

#[cfg(feature = "ssr")]
fn point_of(text: &str) -> Option<muster_core::gate::Point> {
    let (lat, lon) = crate::pages::places::read_point(text)?;
    Some(muster_core::gate::Point { lat, lon })
}

#[cfg(feature = "ssr")]
fn points_of(text: &str) -> Result<Vec<muster_core::gate::Point>, String> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| {
            point_of(line).ok_or_else(|| {
                format!(
                    "{line:?} is no point; write latitude and longitude in degrees, as 52.5, 13.4"
                )
            })
        })
        .collect()
}
