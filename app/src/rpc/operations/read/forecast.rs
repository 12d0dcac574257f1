//! When an operation would be through.

use muster_core::operation::Forecast;
use muster_core::time::Timestamp;

use crate::charts::{ChartModel, Kind, Paint, Point, Series};
use crate::format::plural;
use crate::rpc::operations::wire::ForecastView;

/// The forecast for `targets` devices, made at `now`.
pub fn forecast(found: &Forecast, targets: u32, now: Timestamp) -> ForecastView {
    ForecastView {
        finish: found.finish.map(Timestamp::millis),
        done: found.done,
        left: found.left,
        chart: chart(found, targets, now),
    }
}

/// The curve; none when all is over at once.
fn chart(found: &Forecast, targets: u32, now: Timestamp) -> Option<ChartModel> {
    let points: Vec<Point> = found
        .curve
        .iter()
        .map(|(at, n)| Point::new(at.millis(), f64::from(*n)))
        .collect();
    let (from, to) = (points.first()?.at, points.last()?.at);
    let done = plural(u64::from(found.done), "device is", "devices are");
    (to > from).then(|| ChartModel {
        id: "forecast".to_owned(),
        title: "Devices that are through".to_owned(),
        unit: String::new(),
        note: "expected".to_owned(),
        finding: format!("In the end {done} through."),
        as_of: now.millis(),
        from,
        to,
        low: 0.0,
        high: f64::from(targets),
        whole: true,
        kind: Kind::Lines,
        series: vec![Series {
            name: "Expected".to_owned(),
            paint: Paint::Slot(1),
            points,
        }],
        gaps: Vec::new(),
        thresholds: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_needs_time() {
        let check = |minutes: &[i64], want: Option<(i64, i64)>| {
            let at = |minute: &i64| (Timestamp::from_millis(minute * 60_000), 5);
            let found = Forecast {
                finish: None,
                done: 5,
                left: 0,
                waves: Vec::new(),
                curve: minutes.iter().map(at).collect(),
            };
            let model = chart(&found, 5, Timestamp::from_millis(0));
            assert_eq!(model.map(|model| (model.from, model.to)), want);
        };
        check(&[], None);
        check(&[1], None);
        check(&[1, 3], Some((60_000, 180_000)));
    }
}
