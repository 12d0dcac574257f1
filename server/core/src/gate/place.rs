//! Places: circles and polygons on the map.

use serde::{Deserialize, Serialize};

use super::{Unfit, check_name};

/// Fewest corners of a polygon.
pub const MIN_POINTS: usize = 3;

/// Most corners of a polygon.
pub const MAX_POINTS: usize = 100;

/// Largest radius of a circle, in metres.
pub const MAX_RADIUS_M: f64 = 1_000_000.0;

/// Mean radius of the earth, in metres.
const EARTH_M: f64 = 6_371_008.8;

/// Longest text that names a site or a zone, in characters.
const MAX_TEXT: usize = 128;

/// A place that devices can be in.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Place {
    /// What people call it.
    pub name: String,
    /// Where it is.
    pub shape: Shape,
    /// Its zone in the time zone database: that of devices on its site that name none.
    #[serde(default)]
    pub zone: Option<String>,
    /// The site that it is, as `tags.location.site` of its devices says.
    #[serde(default)]
    pub site: Option<String>,
}

/// A point on the earth.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Latitude in degrees, -90 to 90.
    pub lat: f64,
    /// Longitude in degrees, -180 to 180.
    pub lon: f64,
}

/// The outline of a place.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
pub enum Shape {
    /// All that is near enough.
    Circle {
        /// Its middle.
        centre: Point,
        /// Metres along the ground, above 0 up to [`MAX_RADIUS_M`].
        #[serde(rename = "radiusM")]
        radius_m: f64,
    },
    /// All inside. Its edges are straight on a map with square degrees and go the short way around the earth, so it may
    /// cross the 180th meridian; a pole cannot lie in it.
    Polygon {
        /// Its corners in order, [`MIN_POINTS`] to [`MAX_POINTS`]; the last is joined to the first.
        points: Vec<Point>,
    },
}

impl Place {
    /// Checks its form.
    pub fn check(&self) -> Result<(), Unfit> {
        check_name(&self.name)?;
        for text in [&self.zone, &self.site].into_iter().flatten() {
            let length = text.chars().count();
            if length == 0 || length > MAX_TEXT || text.chars().any(char::is_control) {
                return Err(Unfit::because(format!(
                    "a site or time zone has 1 to {MAX_TEXT} characters on one line; leave it out where there is none"
                )));
            }
        }
        self.shape.check()
    }
}

impl Point {
    /// Whether it is on the earth.
    pub fn is_valid(self) -> bool {
        self.lat.abs() <= 90.0 && self.lon.abs() <= 180.0
    }
}

impl Shape {
    /// Checks the rules of circles and polygons.
    pub fn check(&self) -> Result<(), Unfit> {
        let points = match self {
            Self::Circle { centre, .. } => std::slice::from_ref(centre),
            Self::Polygon { points } => points,
        };
        if let Some(bad) = points.iter().find(|point| !point.is_valid()) {
            return Err(Unfit::because(format!(
                "latitude {} and longitude {} are no place on the earth: -90 to 90 and -180 to 180 degrees",
                bad.lat, bad.lon
            )));
        }
        match self {
            Self::Circle { radius_m, .. } if !(*radius_m > 0.0 && *radius_m <= MAX_RADIUS_M) => {
                Err(Unfit::because(
                    "the radius of a circle is more than 0 and at most 1,000,000 m",
                ))
            }
            Self::Circle { .. } => Ok(()),
            Self::Polygon { points } => check_polygon(points),
        }
    }

    /// Whether the point is inside.
    pub fn contains(&self, point: Point) -> bool {
        match self {
            Self::Circle { centre, radius_m } => metres_between(*centre, point) <= *radius_m,
            Self::Polygon { points } => {
                let corners = unrolled(points);
                (-2..=2).any(|turns| {
                    is_inside(&corners, point.lat, point.lon + 360.0 * f64::from(turns))
                })
            }
        }
    }
}

/// Metres along the great circle (haversine, mean radius of the earth).
pub fn metres_between(a: Point, b: Point) -> f64 {
    let half = |a: f64, b: f64| ((b - a).to_radians() / 2.0).sin().powi(2);
    let across = a.lat.to_radians().cos() * b.lat.to_radians().cos() * half(a.lon, b.lon);
    2.0 * EARTH_M * (half(a.lat, b.lat) + across).sqrt().min(1.0).asin()
}

/// Corners as (longitude, latitude) on an endless map: each is reached from the one before the short way around.
fn unrolled(points: &[Point]) -> Vec<(f64, f64)> {
    let mut corners: Vec<(f64, f64)> = Vec::with_capacity(points.len());
    for point in points {
        let lon = corners.last().map_or(point.lon, |&(before, _)| {
            before + short_way(before, point.lon)
        });
        corners.push((lon, point.lat));
    }
    corners
}

/// Degrees from one longitude to another the short way around: -180 up to 180.
fn short_way(from: f64, to: f64) -> f64 {
    let around = (to - from).rem_euclid(360.0);
    if around > 180.0 {
        around - 360.0
    } else {
        around
    }
}

/// How often the ray towards the east crosses the outline: an odd number of times from inside.
fn is_inside(corners: &[(f64, f64)], lat: f64, lon: f64) -> bool {
    let mut inside = false;
    for ((lon_a, lat_a), (lon_b, lat_b)) in edges(corners) {
        if (lat_a > lat) != (lat_b > lat)
            && lon < lon_a + (lat - lat_a) / (lat_b - lat_a) * (lon_b - lon_a)
        {
            inside = !inside;
        }
    }
    inside
}

type Corner = (f64, f64);

fn edges(corners: &[Corner]) -> impl Iterator<Item = (Corner, Corner)> {
    let next = corners.iter().cycle().skip(1);
    corners.iter().copied().zip(next.copied())
}

fn check_polygon(points: &[Point]) -> Result<(), Unfit> {
    if !(MIN_POINTS..=MAX_POINTS).contains(&points.len()) {
        return Err(Unfit::because(format!(
            "a polygon has {MIN_POINTS} to {MAX_POINTS} corners; this one has {}",
            points.len()
        )));
    }
    let corners = unrolled(points);
    let edges: Vec<(Corner, Corner)> = edges(&corners).collect();
    if edges.iter().any(|((a, _), (b, _))| (b - a).abs() == 180.0) {
        return Err(Unfit::because(
            "an edge goes half around the earth; put a corner between, so that it is clear which way",
        ));
    }
    // Back at the first corner without having gone around.
    let ((last, _), (first, _)) = edges[edges.len() - 1];
    let (west, east) = corners
        .iter()
        .fold((f64::MAX, f64::MIN), |(west, east), (lon, _)| {
            (west.min(*lon), east.max(*lon))
        });
    if (first - last).abs() > 180.0 || east - west >= 360.0 {
        return Err(Unfit::because(
            "a polygon cannot go around the earth or hold a pole; use a circle",
        ));
    }
    let doubled: f64 = edges.iter().map(|((x, y), (u, v))| x * v - u * y).sum();
    if doubled.abs() < 1e-12 {
        return Err(Unfit::because(
            "the corners of a polygon must not lie on one line",
        ));
    }
    for (at, a) in edges.iter().enumerate() {
        if a.0 == a.1 {
            return Err(Unfit::because(format!(
                "corners {} and {} of the polygon are the same; leave one out",
                at + 1,
                (at + 1) % edges.len() + 1
            )));
        }
        let later = edges.iter().enumerate().skip(at + 2);
        for (other, b) in later {
            let neighbours = at == 0 && other == edges.len() - 1;
            if !neighbours && cross(*a, *b) {
                return Err(Unfit::because(format!(
                    "the edges of the polygon after corners {} and {} cross; put the corners in order around the place",
                    at + 1,
                    other + 1
                )));
            }
        }
    }
    Ok(())
}

/// Whether two edges have a point in common.
fn cross((a, b): (Corner, Corner), (c, d): (Corner, Corner)) -> bool {
    let side = |(ax, ay): Corner, (bx, by): Corner, (x, y): Corner| {
        let turn = (bx - ax) * (y - ay) - (by - ay) * (x - ax);
        if turn == 0.0 { 0.0 } else { turn.signum() }
    };
    let (c_side, d_side) = (side(a, b, c), side(a, b, d));
    let (a_side, b_side) = (side(c, d, a), side(c, d, b));
    if c_side == 0.0 && d_side == 0.0 {
        let overlap = |a: f64, b: f64, c: f64, d: f64| a.min(b) <= c.max(d) && c.min(d) <= a.max(b);
        return overlap(a.0, b.0, c.0, d.0) && overlap(a.1, b.1, c.1, d.1);
    }
    c_side != d_side && a_side != b_side
}

#[cfg(test)]
mod tests;
