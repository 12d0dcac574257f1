//! What travels about places.

use serde::{Deserialize, Serialize};

/// The outline of a place, in degrees.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Outline {
    /// Latitude and longitude of the middle, and the radius in metres.
    Circle(f64, f64, f64),
    /// Latitudes and longitudes of the corners.
    Polygon(Vec<(f64, f64)>),
}

/// A place in the list.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PlaceView {
    /// Its short name.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Where it is.
    pub outline: Outline,
    /// Its zone; empty for none.
    pub zone: String,
    /// The site that it is; empty for none.
    pub site: String,
    /// The list of the devices on its site; empty for none.
    pub href: String,
    /// How many devices are on its site.
    pub devices: u64,
}

/// What a form begins with.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PlaceForm {
    /// Its short name; empty for a new one.
    pub id: String,
    /// Its token; empty for a new one.
    pub etag: String,
    /// What people call it.
    pub name: String,
    /// Where it is; `None` for a new one.
    pub outline: Option<Outline>,
    /// Its zone; empty for none.
    pub zone: String,
    /// The site that it is; empty for none.
    pub site: String,
    /// The other places, to draw beside it.
    pub others: Vec<Outline>,
    /// Zones to suggest.
    pub zones: Vec<String>,
}

#[cfg(feature = "ssr")]
impl From<&muster_core::gate::Shape> for Outline {
    fn from(shape: &muster_core::gate::Shape) -> Self {
        use muster_core::gate::Shape;
        match shape {
            Shape::Circle { centre, radius_m } => Self::Circle(centre.lat, centre.lon, *radius_m),
            Shape::Polygon { points } => {
                Self::Polygon(points.iter().map(|point| (point.lat, point.lon)).collect())
            }
        }
    }
}
