//! Reading values off a chart: which point, what it says, and the mark on the plot.

use std::fmt::Write as _;

use super::draw::{Frame, escape};
use super::model::{ChartModel, Kind, Point, Series};
use crate::format::{self, Zone, short};

/// Width of the box beside the mark, in pixels.
const BOX_WIDTH: u32 = 196;
/// Height of one row in it.
const ROW: usize = 15;

/// All times at which a series has a point, in order.
fn times(model: &ChartModel) -> Vec<i64> {
    let mut times: Vec<i64> = model
        .series
        .iter()
        .flat_map(|s| &s.points)
        .map(|p| p.at)
        .collect();
    times.sort_unstable();
    times.dedup();
    times
}

/// The time of a point nearest to a share of the width, from 0 to 1.
pub(super) fn nearest(model: &ChartModel, share: f64) -> Option<i64> {
    let at = model.from + ((model.to - model.from) as f64 * share.clamp(0.0, 1.0)) as i64;
    times(model).into_iter().min_by_key(|t| (t - at).abs())
}

/// Where a key moves the mark; `None` when the key means nothing here.
pub(super) fn moved(model: &ChartModel, current: Option<i64>, key: &str) -> Option<Option<i64>> {
    let times = times(model);
    let here = current.and_then(|at| times.iter().position(|t| *t >= at));
    let last = times.len().checked_sub(1);
    let to = match (key, here) {
        ("ArrowLeft", Some(i)) => Some(i.saturating_sub(1)),
        ("ArrowLeft" | "End", _) => last,
        ("ArrowRight", Some(i)) => last.map(|l| (i + 1).min(l)),
        ("ArrowRight" | "Home", _) => last.map(|_| 0),
        ("Escape", _) => return Some(None),
        _ => return None,
    };
    Some(to.map(|i| times[i]))
}

/// What each series says at a time, as name and value.
fn rows(model: &ChartModel, at: i64) -> Vec<(String, String)> {
    let scale = Frame::of(model, 1).scale;
    let with_unit = |value| format::with_unit(&scale.text(value, model.whole), &model.unit);
    let text = |series: &Series| {
        point_at(model, series, at).map_or_else(|| "no data".to_owned(), |p| with_unit(p.value))
    };
    let mut rows: Vec<_> = model
        .series
        .iter()
        .map(|s| (s.name.clone(), text(s)))
        .collect();
    let band = model
        .series
        .first()
        .and_then(|s| point_at(model, s, at))
        .and_then(|p| p.band);
    if let (Kind::Lines, Some((low, high))) = (model.kind, band) {
        let range = format!("{} to {}", scale.text(low, model.whole), with_unit(high));
        rows.push(("Lowest to highest".to_owned(), range));
    }
    rows
}

/// The point a series has at a time; in a stack the value that holds then.
fn point_at<'a>(model: &ChartModel, series: &'a Series, at: i64) -> Option<&'a Point> {
    match model.kind {
        Kind::Lines => series.points.iter().find(|p| p.at == at),
        Kind::Stack => series.points.iter().rev().find(|p| p.at <= at),
    }
}

/// The sentence that is read aloud.
pub(super) fn readout(model: &ChartModel, at: i64, zone: Zone) -> String {
    let values: Vec<String> = rows(model, at)
        .into_iter()
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    format!("{}: {}.", when(model, at, zone), values.join(", "))
}

/// The time of a point, with the day when the chart shows several.
fn when(model: &ChartModel, at: i64, zone: Zone) -> String {
    format::moment(at, model.to, zone)
}

/// The mark and its box, as markup for an `<svg>` laid over the plot.
pub(super) fn mark(model: &ChartModel, at: i64, height: u32, zone: Zone) -> String {
    let frame = Frame::of(model, height);
    let across = frame.across(at);
    let x = short(across, 2);
    let mut out = format!(r#"<line class="now" x1="{x}%" x2="{x}%" y1="0" y2="{height}"/>"#);
    if let (Kind::Lines, Some(point)) = (
        model.kind,
        model.series.first().and_then(|s| point_at(model, s, at)),
    ) {
        let y = short(frame.down(point.value), 1);
        let _ = write!(out, r#"<circle class="pt" cx="{x}%" cy="{y}" r="4"/>"#);
    }
    let rows = rows(model, at);
    let shift = if across > 50.0 {
        -(BOX_WIDTH as i32) - 10
    } else {
        10
    };
    let (box_height, right) = (ROW * rows.len() + 28, BOX_WIDTH - 12);
    let _ = write!(
        out,
        r#"<svg x="{x}%" y="8" width="1" height="1" overflow="visible"><g class="tip" transform="translate({shift} 0)"><rect class="tip-box" width="{BOX_WIDTH}" height="{box_height}" rx="6"/><text class="ink" x="12" y="19">{}</text>"#,
        escape(&when(model, at, zone))
    );
    for (i, (name, value)) in rows.iter().enumerate() {
        let y = 35 + i * ROW;
        let _ = write!(
            out,
            r#"<text x="12" y="{y}">{}</text><text class="ink" x="{right}" y="{y}" text-anchor="end">{}</text>"#,
            escape(name),
            escape(value)
        );
    }
    out.push_str("</g></svg>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::model::Paint;

    fn model() -> ChartModel {
        let points = [(0, 1.0), (10, 2.0), (30, 3.5)]
            .map(|(at, v)| Point::new(at * 1000, v))
            .to_vec();
        ChartModel {
            id: "c".into(),
            title: "T".into(),
            unit: "°C".into(),
            note: String::new(),
            finding: String::new(),
            as_of: 0,
            from: 0,
            to: 40_000,
            low: 0.0,
            high: 4.0,
            whole: false,
            kind: Kind::Lines,
            series: vec![Series {
                name: "Room <3>".into(),
                paint: Paint::Slot(1),
                points,
            }],
            gaps: Vec::new(),
            thresholds: Vec::new(),
        }
    }

    #[test]
    fn the_pointer_takes_the_nearest_point() {
        let check = |share, want| assert_eq!(nearest(&model(), share), Some(want));
        check(-1.0, 0);
        check(0.1, 0);
        check(0.2, 10_000);
        check(1.0, 30_000);
        let empty = ChartModel {
            series: Vec::new(),
            ..model()
        };
        assert_eq!(nearest(&empty, 0.5), None);
        assert_eq!(moved(&empty, None, "End"), Some(None));
    }

    #[test]
    fn keys_move_along_the_points() {
        let check = |from: Option<i64>, key, want| assert_eq!(moved(&model(), from, key), want);
        check(None, "ArrowLeft", Some(Some(30_000)));
        check(None, "ArrowRight", Some(Some(0)));
        check(Some(10_000), "ArrowRight", Some(Some(30_000)));
        check(Some(30_000), "ArrowRight", Some(Some(30_000)));
        check(Some(0), "ArrowLeft", Some(Some(0)));
        check(Some(0), "End", Some(Some(30_000)));
        check(Some(0), "Escape", Some(None));
        check(Some(0), "a", None);
    }

    #[test]
    fn the_readout_is_a_sentence_and_the_mark_is_safe() {
        assert_eq!(
            readout(&model(), 10_000, Zone::Utc),
            "Today 00:00: Room <3> 2.0\u{a0}°C."
        );
        let mark = mark(&model(), 30_000, 100, Zone::Utc);
        assert!(
            mark.starts_with(r#"<line class="now" x1="75%" x2="75%" y1="0" y2="100"/><circle"#)
        );
        assert!(mark.contains("translate(-206 0)") && mark.contains("Room &lt;3&gt;"));
    }
}
