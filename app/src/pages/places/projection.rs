//! From the earth to a plane and back: a small part of the earth as a square of 1000 by 1000.

use muster_core::gate::{Point, metres_between};

use crate::format::short;

/// The plane's edge.
pub(super) const SIZE: f64 = 1000.0;

/// Metres of one degree of latitude.
const DEGREE_M: f64 = 111_195.0;

/// Smallest and largest part of the earth in view, in degrees from top to bottom.
const SPANS: (f64, f64) = (0.0005, 170.0);

/// A part of the earth.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Part {
    /// Latitude of the middle.
    lat: f64,
    /// Longitude of the middle.
    lon: f64,
    /// Degrees of latitude from top to bottom.
    span: f64,
}

/// Degrees written as the fields do: five decimals are a metre.
pub(super) fn degrees(value: f64) -> String {
    short(value, 5)
}

/// Latitude and longitude from `52.5, 13.4`; `None` where that is no place on the earth.
pub(crate) fn read_point(text: &str) -> Option<(f64, f64)> {
    let (lat, lon) = text.trim().split_once([',', ';', ' ', '\t'])?;
    let (lat, lon) = (lat.trim().parse().ok()?, lon.trim().parse().ok()?);
    Point { lat, lon }.is_valid().then_some((lat, lon))
}

/// All points that can be read, one in a line.
pub(super) fn read_points(text: &str) -> Vec<(f64, f64)> {
    text.lines().filter_map(read_point).collect()
}

/// Points, one in a line.
pub(super) fn write_points(points: &[(f64, f64)]) -> String {
    let lines = points.iter().map(|(lat, lon)| write_point(*lat, *lon));
    lines.collect::<Vec<_>>().join("\n")
}

/// `52.5, 13.4`
pub(super) fn write_point(lat: f64, lon: f64) -> String {
    [degrees(lat), degrees(lon)].join(", ")
}

/// Metres between two places.
pub(super) fn metres(a: (f64, f64), b: (f64, f64)) -> f64 {
    let point = |(lat, lon)| Point { lat, lon };
    metres_between(point(a), point(b))
}

impl Part {
    /// The whole earth, nearly.
    pub(super) const WORLD: Self = Self {
        lat: 0.0,
        lon: 0.0,
        span: SPANS.1,
    };

    /// What shows these points with some room around; `reach` metres around each are in view.
    pub(super) fn around(points: &[(f64, f64)], reach: f64) -> Self {
        let Some(&(first_lat, first_lon)) = points.first() else {
            return Self::WORLD;
        };
        let (mut low, mut high) = (first_lat, first_lat);
        let (mut west, mut east) = (0.0_f64, 0.0_f64);
        for &(lat, lon) in points {
            (low, high) = (low.min(lat), high.max(lat));
            let away = short_way(first_lon, lon);
            (west, east) = (west.min(away), east.max(away));
        }
        let lat = (low + high) / 2.0;
        let wide = (east - west) * squeeze(lat);
        let reach = reach / DEGREE_M;
        let span = (high - low).max(wide) + 2.0 * reach;
        Self {
            lat,
            lon: around(first_lon + (west + east) / 2.0),
            span: (span * 1.5).clamp(0.002, SPANS.1),
        }
    }

    /// The same middle, seen closer or from farther away.
    pub(super) fn scaled(self, by: f64) -> Self {
        Self {
            span: (self.span * by).clamp(SPANS.0, SPANS.1),
            ..self
        }
    }

    /// Where a place is on the plane.
    pub(super) fn to_plane(self, (lat, lon): (f64, f64)) -> (f64, f64) {
        let scale = SIZE / self.span;
        let x = SIZE / 2.0 + short_way(self.lon, lon) * squeeze(self.lat) * scale;
        (x, SIZE / 2.0 - (lat - self.lat) * scale)
    }

    /// Which place a point of the plane is.
    pub(super) fn to_earth(self, (x, y): (f64, f64)) -> (f64, f64) {
        let scale = self.span / SIZE;
        let lat = self.lat - (y - SIZE / 2.0) * scale;
        let lon = self.lon + (x - SIZE / 2.0) * scale / squeeze(self.lat);
        (lat.clamp(-90.0, 90.0), around(lon))
    }

    /// How long so many metres are on the plane.
    pub(super) fn length(self, metres: f64) -> f64 {
        metres / DEGREE_M * SIZE / self.span
    }

    /// Latitudes and longitudes of the grid, and how far they are apart.
    pub(super) fn grid(self) -> (Vec<f64>, Vec<f64>, f64) {
        let step = round_step(self.span / 4.0);
        let lines = |middle: f64, half: f64| -> Vec<f64> {
            let first = ((middle - half) / step).ceil() as i64;
            let last = ((middle + half) / step).floor() as i64;
            (first..=last).take(16).map(|n| n as f64 * step).collect()
        };
        let half = self.span / 2.0;
        let lats = lines(self.lat, half)
            .into_iter()
            .filter(|lat| lat.abs() <= 90.0);
        let lons = lines(self.lon, (half / squeeze(self.lat)).min(180.0));
        (lats.collect(), lons, step)
    }

    /// "Grid every 0.5°, about 56 km from south to north."
    pub(super) fn words(self) -> String {
        let step = self.grid().2;
        let metres = step * DEGREE_M;
        let length = if metres < 1000.0 {
            format!("{} m", short(metres, 0))
        } else {
            format!("{} km", short(metres / 1000.0, 0))
        };
        format!(
            "Grid every {}°, about {length} from south to north.",
            degrees(step)
        )
    }
}

/// 1, 2 or 5 times a power of ten, at most the value.
fn round_step(value: f64) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    let steps = [5.0, 2.0, 1.0].map(|step| step * power);
    steps
        .into_iter()
        .find(|step| *step <= value)
        .unwrap_or(power)
}

/// How much shorter a degree of longitude is there than one of latitude.
fn squeeze(lat: f64) -> f64 {
    lat.to_radians().cos().max(0.05)
}

fn short_way(from: f64, to: f64) -> f64 {
    around(to - from)
}

fn around(lon: f64) -> f64 {
    let turned = (lon + 180.0).rem_euclid(360.0) - 180.0;
    if turned == -180.0 && lon > 0.0 {
        180.0
    } else {
        turned
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn points_are_read_and_written() {
        let check =
            |text: &str, want: Option<(f64, f64)>| assert_eq!(read_point(text), want, "{text}");
        check("52.5, 13.4", Some((52.5, 13.4)));
        check(" -33.8 151.2 ", Some((-33.8, 151.2)));
        check("91, 0", None);
        check("NaN, 0", None);
        check("52.5", None);
        assert_eq!(read_points("1, 2\n\nx\n3, 4"), [(1.0, 2.0), (3.0, 4.0)]);
        assert_eq!(
            write_points(&[(1.0, 2.5), (-3.0, 4.123_456)]),
            "1, 2.5\n-3, 4.12346"
        );
    }

    #[test]
    fn what_is_there_is_in_view() {
        let check = |points: &[(f64, f64)], reach| {
            let part = Part::around(points, reach);
            for point in points {
                let (x, y) = part.to_plane(*point);
                assert!(
                    (0.0..=SIZE).contains(&x) && (0.0..=SIZE).contains(&y),
                    "{point:?} at {x} {y}"
                );
            }
        };
        check(&[(52.5, 13.4)], 250.0);
        check(&[(52.5, 13.4), (48.1, 11.6), (53.5, 10.0)], 0.0);
        check(&[(-17.0, 179.0), (-18.0, -179.0)], 0.0);
        assert_eq!(Part::around(&[], 0.0), Part::WORLD);
    }

    #[test]
    fn the_grid_has_round_steps() {
        let check = |span: f64, want: &str| {
            let part = Part {
                lat: 50.0,
                lon: 10.0,
                span,
            };
            assert_eq!(part.words(), want);
            let (lats, lons, _) = part.grid();
            assert!(
                (2..=16).contains(&lats.len()) && (2..=16).contains(&lons.len()),
                "{lats:?} {lons:?}"
            );
        };
        check(170.0, "Grid every 20°, about 2224 km from south to north.");
        check(2.0, "Grid every 0.5°, about 56 km from south to north.");
        check(0.01, "Grid every 0.002°, about 222 m from south to north.");
    }

    proptest! {
        #[test]
        fn plane_and_earth_are_inverse(
            lat in -80.0..80.0_f64, lon in -180.0..180.0_f64, span in 0.001..20.0_f64,
            x in 0.0..SIZE, y in 0.0..SIZE,
        ) {
            let part = Part { lat, lon, span };
            let place = part.to_earth((x, y));
            prop_assume!(place.0.abs() < 90.0);
            let (back_x, back_y) = part.to_plane(place);
            prop_assert!((back_x - x).abs() < 1e-3 && (back_y - y).abs() < 1e-3);
            let read = read_point(&write_point(place.0, place.1)).unwrap();
            prop_assert!(metres(read, place) < 2.0);
        }
    }
}
