//! The outline of a place as its form gives it.

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use muster_core::gate::{Point, Shape};

#[cfg(feature = "ssr")]
use crate::error::AppError;

/// A circle or a polygon, in the words of the fields.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OutlineInput {
    /// `circle` or `polygon`.
    pub kind: String,
    /// The middle of a circle: latitude and longitude, as `52.5, 13.4`.
    pub centre: String,
    /// The radius of a circle in metres.
    pub radius: String,
    /// The corners of a polygon, one in a line.
    pub points: String,
}

#[cfg(feature = "ssr")]
impl OutlineInput {
    /// The shape, or what is wrong beside its field.
    pub(super) fn read(&self) -> Result<Shape, AppError> {
        if self.kind == "polygon" {
            let lines = self.points.lines().filter(|line| !line.trim().is_empty());
            let points = lines.map(|line| {
                point_of(line).ok_or_else(|| {
                    let why = format!("{line:?} is no point; write latitude and longitude in degrees, as 52.5, 13.4");
                    AppError::field("points", why)
                })
            });
            let points = points.collect::<Result<_, _>>()?;
            return Ok(Shape::Polygon { points });
        }
        let centre = point_of(&self.centre).ok_or_else(|| {
            AppError::field(
                "centre",
                "give latitude and longitude in degrees, as 52.5, 13.4",
            )
        })?;
        let radius = self.radius.trim().parse::<f64>();
        let radius_m =
            radius.map_err(|_| AppError::field("radius", "give the radius in metres"))?;
        Ok(Shape::Circle { centre, radius_m })
    }
}

#[cfg(feature = "ssr")]
fn point_of(text: &str) -> Option<Point> {
    let (lat, lon) = crate::pages::places::read_point(text)?;
    Some(Point { lat, lon })
}
