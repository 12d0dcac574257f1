//! Circles and polygons against plain geometry.

use super::*;
use proptest::prelude::*;

fn polygon(points: &[(f64, f64)]) -> Shape {
    Shape::Polygon {
        points: points
            .iter()
            .map(|&(lat, lon)| Point { lat, lon })
            .collect(),
    }
}

#[test]
fn shapes_that_make_no_sense_are_refused() {
    let check = |shape: Shape, want: Option<&str>| {
        let answer = shape.check().err().map(|unfit| unfit.to_string());
        match (answer, want) {
            (None, None) => {}
            (Some(answer), Some(want)) => assert!(answer.contains(want), "{answer}"),
            (answer, want) => panic!("{shape:?}: {answer:?}, not {want:?}"),
        }
    };
    let circle = |lat, lon, radius_m| Shape::Circle {
        centre: Point { lat, lon },
        radius_m,
    };
    check(circle(52.5, 13.4, 250.0), None);
    check(circle(52.5, 13.4, 0.0), Some("radius"));
    check(circle(52.5, 13.4, f64::NAN), Some("radius"));
    check(circle(52.5, 13.4, 2e6), Some("radius"));
    check(circle(f64::NAN, 13.4, 1.0), Some("no place on the earth"));
    check(circle(91.0, 13.4, 1.0), Some("no place on the earth"));
    check(polygon(&[(0.0, 0.0), (0.0, 1.0), (1.0, 1.0)]), None);
    check(polygon(&[(0.0, 0.0), (0.0, 1.0)]), Some("3 to 100 corners"));
    check(
        polygon(&[(0.0, 0.0), (1.0, 1.0), (2.0, 2.0)]),
        Some("on one line"),
    );
    check(
        polygon(&[(0.0, 0.0), (0.0, 0.0), (0.0, 1.0), (1.0, 1.0)]),
        Some("corners 1 and 2"),
    );
    check(
        polygon(&[(0.0, 0.0), (2.0, 2.0), (0.0, 2.0), (1.5, 0.0)]),
        Some("cross"),
    );
    check(
        polygon(&[(0.0, -90.0), (0.0, 90.0), (10.0, 0.0)]),
        Some("half around the earth"),
    );
    check(
        polygon(&[(80.0, 0.0), (80.0, 120.0), (80.0, -120.0)]),
        Some("pole"),
    );
    check(polygon(&[(0.0, 179.0), (0.0, -179.0), (2.0, 180.0)]), None);
}

#[test]
fn the_180th_meridian_is_no_wall() {
    let fiji = polygon(&[
        (-20.0, 176.0),
        (-20.0, -178.0),
        (-15.0, -178.0),
        (-15.0, 176.0),
    ]);
    let check = |lat, lon, want| assert_eq!(fiji.contains(Point { lat, lon }), want, "{lat} {lon}");
    check(-17.0, 179.0, true);
    check(-17.0, -179.0, true);
    check(-17.0, 180.0, true);
    check(-17.0, -180.0, true);
    check(-17.0, -177.0, false);
    check(-17.0, 175.0, false);
    check(-17.0, 0.0, false);
    check(-21.0, 179.0, false);
}

proptest! {
    /// Turning the earth under a polygon changes nothing.
    #[test]
    fn longitudes_have_no_beginning(
        corners in prop::collection::vec((-60.0..60.0_f64, -40.0..40.0_f64), 3..12),
        (lat, lon) in (-60.0..60.0_f64, -40.0..40.0_f64),
        turn in -180.0..180.0_f64,
    ) {
        let here = polygon(&corners);
        prop_assume!(here.check().is_ok());
        let turned = |lon: f64| short_way(0.0, lon + turn);
        let there: Vec<_> = corners.iter().map(|&(lat, lon)| (lat, turned(lon))).collect();
        // A point on an edge may fall to either side by rounding.
        let near = |offset: f64| here.contains(Point { lat, lon: lon + offset });
        prop_assume!(near(1e-6) == near(-1e-6));
        let there = polygon(&there);
        prop_assert!(there.check().is_ok());
        prop_assert_eq!(here.contains(Point { lat, lon }), there.contains(Point { lat, lon: turned(lon) }));
    }

    /// A triangle holds exactly what lies on the same side of its three edges.
    #[test]
    fn triangles_agree_with_their_sides(
        corners in prop::array::uniform3((-80.0..80.0_f64, -80.0..80.0_f64)),
        (lat, lon) in (-80.0..80.0_f64, -80.0..80.0_f64),
    ) {
        let shape = polygon(&corners);
        prop_assume!(shape.check().is_ok());
        let side = |a: (f64, f64), b: (f64, f64)| (b.1 - a.1) * (lat - a.0) - (b.0 - a.0) * (lon - a.1);
        let [a, b, c] = corners;
        let sides = [side(a, b), side(b, c), side(c, a)];
        prop_assume!(sides.iter().all(|side| side.abs() > 1e-6));
        let same = sides.iter().all(|side| *side > 0.0) || sides.iter().all(|side| *side < 0.0);
        prop_assert_eq!(shape.contains(Point { lat, lon }), same);
    }

    /// A circle holds what is nearer than its radius, whichever way around the earth and over the poles.
    #[test]
    fn circles_reach_as_far_as_their_radius(
        lat in -90.0..=90.0_f64,
        lon in -180.0..=180.0_f64,
        radius_m in 1.0..MAX_RADIUS_M,
        bearing in 0.0..std::f64::consts::TAU,
        share in 0.0..2.0_f64,
    ) {
        prop_assume!((share - 1.0).abs() > 1e-3);
        // The point at that bearing and distance (spherical law of sines).
        let (angle, lat_r) = (radius_m * share / EARTH_M, lat.to_radians());
        let sin_lat = lat_r.sin() * angle.cos() + lat_r.cos() * angle.sin() * bearing.cos();
        let there = sin_lat.clamp(-1.0, 1.0).asin();
        let east = (bearing.sin() * angle.sin() * lat_r.cos()).atan2(angle.cos() - lat_r.sin() * there.sin());
        let point = Point { lat: there.to_degrees(), lon: short_way(0.0, lon + east.to_degrees()) };
        let circle = Shape::Circle { centre: Point { lat, lon }, radius_m };
        prop_assert_eq!(circle.contains(point), share < 1.0);
    }
}
