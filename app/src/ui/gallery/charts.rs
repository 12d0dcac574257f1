//! Charts from made-up but fixed values.

use leptos::prelude::*;

use super::{NOW, show};
use crate::charts::{
    Chart, ChartModel, Gap, HistogramBar, HistogramModel, Kind, Limit, Paint, Point, Series, Side,
    Threshold, histogram,
};
use crate::routes;

const QUARTER: i64 = 900_000;
const DAY: i64 = 96 * QUARTER;

/// A repeatable wiggle between -1 and 1, of integers only.
fn wiggle(i: i64, seed: i64) -> f64 {
    let n = (i * 7_919 + seed * 104_729).rem_euclid(1_000);
    n as f64 / 500.0 - 1.0
}

fn times() -> impl Iterator<Item = (i64, i64)> {
    (0..=96).map(|i| (i, NOW - DAY + i * QUARTER))
}

fn base(id: &str, title: &str) -> ChartModel {
    ChartModel {
        id: id.into(),
        title: title.into(),
        unit: String::new(),
        note: String::new(),
        finding: String::new(),
        as_of: NOW,
        from: NOW - DAY,
        to: NOW,
        low: 0.0,
        high: 0.0,
        whole: false,
        kind: Kind::Lines,
        series: Vec::new(),
        gaps: Vec::new(),
        thresholds: Vec::new(),
    }
}

fn temperature() -> ChartModel {
    let rise = |i: i64| if i > 90 { (i - 90) as f64 * 0.7 } else { 0.0 };
    let point = |(i, at)| {
        let value = 4.2 + 0.4 * wiggle(i, 1) + rise(i);
        Point::of_many(
            at,
            value,
            value - 0.5,
            value + 0.6 + 0.4 * wiggle(i, 2).abs(),
            15,
        )
    };
    let gap = Gap {
        from: NOW - DAY + 50 * QUARTER,
        to: NOW - DAY + 54 * QUARTER,
    };
    let points = times()
        .map(point)
        .filter(|p| p.at <= gap.from || p.at >= gap.to)
        .collect();
    let threshold = |value, name: &str, limit, side| Threshold {
        value,
        name: name.into(),
        limit,
        side,
    };
    ChartModel {
        unit: "°C".into(),
        note: "average of 15 min with lowest and highest".into(),
        finding: "Around 4.2 °C until 13:00, then a steady rise above 8 °C. No data for one hour."
            .into(),
        high: 12.0,
        series: vec![Series {
            name: "This device".into(),
            paint: Paint::Slot(1),
            points,
        }],
        gaps: vec![gap],
        thresholds: vec![
            threshold(8.0, "high", Limit::Critical, Side::Above),
            threshold(2.0, "low", Limit::Attention, Side::Neither),
        ],
        ..base("g-temperature", "Temperature")
    }
}

fn presence() -> ChartModel {
    let part = |name: &str, paint, value: &dyn Fn(i64) -> f64| Series {
        name: name.into(),
        paint,
        points: times()
            .map(|(i, at)| Point::new(at, value(i).max(0.0).round()))
            .collect(),
    };
    let silent = |i: i64| {
        if (60..75).contains(&i) {
            1_800.0
        } else {
            318.0 + 20.0 * wiggle(i, 4)
        }
    };
    ChartModel {
        unit: "devices".into(),
        note: "state at the end of 15 min".into(),
        finding: "Between 45,000 and 46,000 devices reported; 1,800 were silent for four hours."
            .into(),
        whole: true,
        kind: Kind::Stack,
        series: vec![
            part("Reporting", Paint::Ok, &|i| {
                45_900.0 + 60.0 * wiggle(i, 3) - (silent(i) - 318.0)
            }),
            part("Asleep", Paint::Soft, &|_| 1_406.0),
            part("Overdue", Paint::Attention, &|i| {
                500.0 + 30.0 * wiggle(i, 5)
            }),
            part("Silent", Paint::Critical, &silent),
        ],
        ..base("g-presence", "Presence")
    }
}

fn six_series() -> ChartModel {
    let names = ["North", "West", "Central", "East", "South", "Other"];
    let series = names.iter().zip(1u8..).map(|(name, slot)| Series {
        name: (*name).into(),
        paint: Paint::Slot(slot),
        points: times()
            .step_by(4)
            .map(|(i, at)| {
                Point::new(
                    at,
                    f64::from(slot) * 13.0 + 3.0 * wiggle(i, i64::from(slot)),
                )
            })
            .collect(),
    });
    ChartModel {
        unit: "%".into(),
        finding: "Six series that stay apart without colour.".into(),
        series: series.collect(),
        high: 90.0,
        ..base("g-six", "Six series")
    }
}

fn charges() -> HistogramModel {
    let counts = [3, 18, 96, 310, 742, 1_204, 1_630, 1_912, 2_260, 1_480];
    let bars = counts.into_iter().zip(0_u8..).map(|(n, i)| HistogramBar {
        from: f64::from(i) * 10.0,
        to: f64::from(i + 1) * 10.0,
        n,
        href: routes::FLEET.to_owned(),
    });
    HistogramModel {
        id: "g-charges".into(),
        title: "Battery".into(),
        finding: "Most are above half, 117 are below 30%.".into(),
        bars: bars.collect(),
    }
}

pub(super) fn charts() -> AnyView {
    let content = view! {
        <div class="stack">
            <Chart model=temperature()/>
            <div class="split">
                <Chart model=presence() height=170/>
                <Chart model=six_series() height=170/>
            </div>
            {histogram(charges(), Signal::stored(NOW))}
        </div>
    };
    show("g-charts", "Charts", content)
}
