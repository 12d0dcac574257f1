//! The drawing is part of the contract between server and browser, so it is compared byte by byte.

use super::*;
use crate::charts::model::{Gap, Limit, Paint, Point, Series, Side, Threshold};

const HOUR: i64 = 3_600_000;
/// Thu 19 Nov 2026 12:00 UTC.
const NOON: i64 = 1_795_089_600_000;

fn model(kind: Kind, series: Vec<Series>) -> ChartModel {
    ChartModel {
        id: "t".into(),
        title: "Temperature".into(),
        unit: "°C".into(),
        note: String::new(),
        finding: "Rose to 8.6 °C.".into(),
        as_of: NOON,
        from: NOON - 4 * HOUR,
        to: NOON,
        low: 0.0,
        high: 8.0,
        whole: false,
        kind,
        series,
        gaps: Vec::new(),
        thresholds: Vec::new(),
    }
}

fn series(paint: Paint, values: &[(i64, f64)]) -> Series {
    Series {
        name: "This device".into(),
        paint,
        points: values
            .iter()
            .map(|&(h, v)| Point::new(NOON - 4 * HOUR + h * HOUR, v))
            .collect(),
    }
}

/// What is inside the nested `<svg>`.
fn inner(drawing: &str) -> &str {
    let start = drawing.find(r#"height="100">"#).map_or(0, |i| i + 13);
    &drawing[start..drawing.rfind("</svg>").unwrap_or(drawing.len())]
}

#[test]
fn a_whole_chart_is_always_the_same_bytes() {
    let mut m = model(
        Kind::Lines,
        vec![series(Paint::Slot(1), &[(0, 4.0), (1, 4.5), (4, 8.6)])],
    );
    m.gaps = vec![Gap {
        from: NOON - 3 * HOUR,
        to: NOON,
    }];
    m.thresholds = vec![Threshold {
        value: 8.0,
        name: "high".into(),
        limit: Limit::Critical,
        side: Side::Above,
    }];
    let want = concat!(
        r#"<title id="t-t">Temperature</title><desc id="t-d">Rose to 8.6 °C.</desc>"#,
        r#"<defs><pattern id="t-hatch" width="6" height="6" patternUnits="userSpaceOnUse">"#,
        r#"<path class="hatch" d="M-1 7 7-1M-4 4 4-4M2 10 10 2"/></pattern></defs>"#,
        r#"<rect class="zone--critical" x="0" width="100%" y="0" height="20"/>"#,
        r#"<g><line class="g-base" x1="0" x2="100%" y1="100" y2="100"/><text x="-8" y="104" text-anchor="end">0</text>"#,
        r#"<line class="g-line" x1="0" x2="100%" y1="80" y2="80"/><text x="-8" y="84" text-anchor="end">2</text>"#,
        r#"<line class="g-line" x1="0" x2="100%" y1="60" y2="60"/><text x="-8" y="64" text-anchor="end">4</text>"#,
        r#"<line class="g-line" x1="0" x2="100%" y1="40" y2="40"/><text x="-8" y="44" text-anchor="end">6</text>"#,
        r#"<line class="g-line" x1="0" x2="100%" y1="20" y2="20"/><text x="-8" y="24" text-anchor="end">8</text>"#,
        r#"<line class="g-line" x1="0" x2="100%" y1="0" y2="0"/><text x="-8" y="4" text-anchor="end">10</text></g>"#,
        r##"<rect class="gap" fill="url(#t-hatch)" x="25%" width="75%" y="0" height="100"/>"##,
        r#"<line class="gap-edge" x1="25%" x2="25%" y1="0" y2="100"/>"#,
        r#"<line class="gap-edge" x1="100%" x2="100%" y1="0" y2="100"/>"#,
        r#"<text class="tick-m" x="62.5%" y="92" text-anchor="middle">no data</text>"#,
        r#"<text x="0%" y="118" text-anchor="middle">08:00</text>"#,
        r#"<text class="tick-m" x="25%" y="118" text-anchor="middle">09:00</text>"#,
        r#"<text x="50%" y="118" text-anchor="middle">10:00</text>"#,
        r#"<text class="tick-m" x="75%" y="118" text-anchor="middle">11:00</text>"#,
        r#"<text x="100%" y="118" text-anchor="middle">12:00</text>"#,
        r#"<svg viewBox="0 0 1000 100" preserveAspectRatio="none" width="100%" height="100">"#,
        r#"<path class="s1" d="M0 60 250 55"/><path class="s1" d="M1000 14h0"/></svg>"#,
        r#"<line class="th th--critical" x1="0" x2="100%" y1="20" y2="20"/>"#,
        r#"<circle class="pt pt--critical" cx="100%" cy="14" r="4"/>"#,
        r#"<text class="th-l--critical" x="100%" dx="8" y="24">8.0 high</text>"#,
        r#"<text class="ink" x="100%" dx="8" y="11">8.6</text>"#,
    );
    assert_eq!(plot(&m, 100, Zone::Utc), want);
}

#[test]
fn bands_keep_extremes_and_lie_under_the_lines() {
    let mut s = series(Paint::Slot(2), &[(0, 4.0), (2, 5.0)]);
    s.points[1].band = Some((3.0, 8.0));
    let drawing = plot(&model(Kind::Lines, vec![s]), 100, Zone::Utc);
    assert_eq!(
        inner(&drawing),
        r#"<path class="a2" d="M0 50 500 0 500 62.5 0 50Z"/><path class="s2" d="M0 50 500 37.5"/>"#
    );
}

#[test]
fn parts_stand_on_each_other_in_steps() {
    let m = model(
        Kind::Stack,
        vec![
            series(Paint::Ok, &[(0, 4.0), (2, 6.0)]),
            series(Paint::Critical, &[(0, 2.0), (2, 0.0)]),
        ],
    );
    assert_eq!(
        inner(&plot(&m, 100, Zone::Utc)),
        concat!(
            r#"<path class="f-ok" d="M0 50 500 50 500 25 1000 25 1000 100 500 100 500 100 0 100Z"/>"#,
            r#"<path class="f-critical" d="M0 25 500 25 500 25 1000 25 1000 25 500 25 500 50 0 50Z"/>"#,
            r#"<path class="e-ok" d="M0 50 500 50 500 25 1000 25"/>"#,
            r#"<path class="e-critical" d="M0 25 500 25"/>"#,
        )
    );
}

#[test]
fn names_are_text_not_markup() {
    let mut m = model(Kind::Lines, Vec::new());
    m.title = "<b>&\"".into();
    m.thresholds = vec![Threshold {
        value: 3.0,
        name: "<i>".into(),
        limit: Limit::Target,
        side: Side::Neither,
    }];
    let drawing = plot(&m, 100, Zone::Utc);
    assert!(drawing.contains("&lt;b&gt;&amp;&quot;</title>"));
    assert!(drawing.contains("3.0 &lt;i&gt;</text>"));
    assert!(!drawing.contains("<b>") && !drawing.contains("<i>"));
}

#[test]
fn no_colour_and_no_style_in_any_drawing() {
    let mut m = model(
        Kind::Lines,
        vec![series(Paint::Slot(6), &[(0, 1.0), (4, 2.0)])],
    );
    m.gaps = vec![Gap {
        from: NOON - 2 * HOUR,
        to: NOON - HOUR,
    }];
    let drawing = plot(&m, 216, Zone::Utc);
    assert!(
        !drawing.contains("style=") && !drawing.contains("stroke=") && !drawing.contains("rgb")
    );
}
