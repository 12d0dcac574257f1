//! What a chart shows, without how it is drawn.

use serde::{Deserialize, Serialize};

/// Everything a chart needs. Times are milliseconds since 1970-01-01 UTC.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ChartModel {
    /// Unique on its page and the same on server and browser; letters, digits and hyphens.
    pub id: String,
    /// What is shown: `Temperature`.
    pub title: String,
    /// The unit of the values: `°C`, `devices`; may be empty.
    pub unit: String,
    /// What one point stands for: `average of 15 min with lowest and highest`; may be empty.
    pub note: String,
    /// The finding as whole sentences, for those who cannot see the drawing.
    pub finding: String,
    /// When the newest value was known.
    pub as_of: i64,
    /// Left edge.
    pub from: i64,
    /// Right edge; after `from`.
    pub to: i64,
    /// Lowest value the axis must cover: zero for counts and shares, the permitted range for physical values.
    pub low: f64,
    /// Highest value the axis must cover.
    pub high: f64,
    /// Values are whole numbers, so ticks are too.
    pub whole: bool,
    /// How the series relate.
    pub kind: Kind,
    /// At most six; the first is the one the chart is about.
    pub series: Vec<Series>,
    /// Silence. Nothing is drawn across it.
    pub gaps: Vec<Gap>,
    /// Limits and targets.
    pub thresholds: Vec<Threshold>,
}

/// How the series of a chart relate.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Independent lines, each with its band.
    Lines,
    /// Parts of a whole, the first at the bottom; a value holds until the next point. All series have points at the
    /// same times.
    Stack,
}

/// One row of values.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Series {
    /// As the legend says it: `This device`.
    pub name: String,
    /// How it looks.
    pub paint: Paint,
    /// In order of time.
    pub points: Vec<Point>,
}

/// The look of a series.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paint {
    /// One of the six chart colours with its dash, 1 to 6. For lines, and for parts of a whole that are no states.
    Slot(u8),
    /// As it should be. For parts of a whole, as are the following.
    Ok,
    /// Asleep, waiting.
    Soft,
    /// Overdue.
    Attention,
    /// Silent, failed.
    Critical,
    /// Not yet, not known.
    Neutral,
}

/// A value, or many readings as one: their average with lowest and highest.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(
    from = "(i64, f64, Option<(f64, f64)>, u32)",
    into = "(i64, f64, Option<(f64, f64)>, u32)"
)]
pub struct Point {
    /// When.
    pub at: i64,
    /// The value, or the average.
    pub value: f64,
    /// Lowest and highest, when the point stands for several readings.
    pub band: Option<(f64, f64)>,
    /// How many readings it stands for.
    pub readings: u32,
}

impl Point {
    /// A single value.
    pub fn new(at: i64, value: f64) -> Self {
        Self {
            at,
            value: six_decimals(value),
            band: None,
            readings: 1,
        }
    }

    /// Many readings as one.
    pub fn of_many(at: i64, average: f64, lowest: f64, highest: f64, readings: u32) -> Self {
        Self {
            at,
            value: six_decimals(average),
            band: (readings > 1).then(|| (six_decimals(lowest), six_decimals(highest))),
            readings,
        }
    }

    pub(super) fn lowest(&self) -> f64 {
        self.band.map_or(self.value, |(low, _)| low)
    }

    pub(super) fn highest(&self) -> f64 {
        self.band.map_or(self.value, |(_, high)| high)
    }
}

/// JSON carries numbers with up to six decimals exactly, so the browser draws the very bytes the server drew.
fn six_decimals(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

type Wire = (i64, f64, Option<(f64, f64)>, u32);

impl From<Wire> for Point {
    fn from((at, value, band, readings): Wire) -> Self {
        Self {
            at,
            value,
            band,
            readings,
        }
    }
}

impl From<Point> for Wire {
    fn from(p: Point) -> Self {
        (p.at, p.value, p.band, p.readings)
    }
}

/// A time without data.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Gap {
    /// The last reading before it, or the left edge.
    pub from: i64,
    /// The first reading after it, or the right edge.
    pub to: i64,
}

/// A limit or a target.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Threshold {
    /// Where.
    pub value: f64,
    /// What it is called: `high`; shown after its value.
    pub name: String,
    /// What crossing it means.
    pub limit: Limit,
    /// Which side is forbidden.
    pub side: Side,
}

/// What crossing a threshold means.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Look at it today.
    Attention,
    /// Act now.
    Critical,
    /// Nothing: it is a goal.
    Target,
}

/// The forbidden side of a threshold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Values above are forbidden.
    Above,
    /// Values below are forbidden.
    Below,
    /// Neither.
    Neither,
}

impl Threshold {
    /// Whether a value is on the forbidden side.
    pub fn crossed_by(&self, value: f64) -> bool {
        match self.side {
            Side::Above => value > self.value,
            Side::Below => value < self.value,
            Side::Neither => false,
        }
    }
}

impl ChartModel {
    /// The newest point of the series the chart is about.
    pub fn newest(&self) -> Option<&Point> {
        self.series.first()?.points.last()
    }

    /// All values the axis must cover: the asked range, every point with its band, every threshold.
    pub(super) fn extent(&self) -> (f64, f64) {
        let mut extent = (self.low.min(self.high), self.high.max(self.low));
        let mut cover = |low: f64, high: f64| {
            if low.is_finite() && high.is_finite() {
                extent = (extent.0.min(low), extent.1.max(high));
            }
        };
        match self.kind {
            Kind::Lines => {
                for point in self.series.iter().flat_map(|s| &s.points) {
                    cover(point.lowest(), point.highest());
                }
            }
            Kind::Stack => {
                for total in super::stacked::totals(&self.series) {
                    cover(0.0, total);
                }
            }
        }
        for threshold in &self.thresholds {
            cover(threshold.value, threshold.value);
        }
        extent
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_point_survives_json_exactly(at in any::<i32>(), value in -1e8..1e8f64, spread in 0.0..1e3f64, n in 1u32..99) {
            let point = Point::of_many(i64::from(at), value, value - spread, value + spread, n);
            let back: Point = serde_json::from_str(&serde_json::to_string(&point).unwrap()).unwrap();
            prop_assert_eq!(point, back);
        }
    }

    #[test]
    fn only_the_forbidden_side_crosses() {
        let threshold = |side| Threshold {
            value: 8.0,
            name: "high".into(),
            limit: Limit::Critical,
            side,
        };
        assert!(threshold(Side::Above).crossed_by(8.1));
        assert!(!threshold(Side::Above).crossed_by(8.0));
        assert!(threshold(Side::Below).crossed_by(7.9));
        assert!(!threshold(Side::Neither).crossed_by(99.0));
    }
}
