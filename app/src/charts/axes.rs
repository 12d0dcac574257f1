//! Grid, ticks, thresholds, gaps: what stands around the series.

use std::fmt::Write as _;

use super::draw::{Frame, escape};
use super::model::{ChartModel, Kind, Limit, Side};
use super::scale::time_ticks;
use crate::format::{Zone, short};
use crate::short::sort_by;

/// Labels at the right edge keep this distance, in pixels.
const LABEL_HEIGHT: f64 = 13.0;
/// A gap narrower than this many percent has no room for its words.
const GAP_LABEL_WIDTH: f64 = 4.0;

/// The pattern of gaps. Each chart brings its own, so that it can stand alone.
pub(super) fn hatch(out: &mut String, id: &str) {
    let _ = write!(
        out,
        r#"<defs><pattern id="{id}-hatch" width="6" height="6" patternUnits="userSpaceOnUse"><path class="hatch" d="M-1 7 7-1M-4 4 4-4M2 10 10 2"/></pattern></defs>"#
    );
}

/// Forbidden zones, behind everything.
pub(super) fn zones(out: &mut String, model: &ChartModel, frame: &Frame) {
    for threshold in &model.thresholds {
        let class = limit_class(threshold.limit);
        let edge = frame
            .down(threshold.value)
            .clamp(0.0, f64::from(frame.height));
        let (y, height) = match threshold.side {
            Side::Above => (0.0, edge),
            Side::Below => (edge, f64::from(frame.height) - edge),
            Side::Neither => continue,
        };
        if height > 0.0 {
            let (y, height) = (short(y, 1), short(height, 1));
            let _ = write!(
                out,
                r#"<rect class="zone--{class}" x="0" width="100%" y="{y}" height="{height}"/>"#
            );
        }
    }
}

/// Horizontal lines with their values; the lowest is the baseline.
pub(super) fn values(out: &mut String, frame: &Frame) {
    out.push_str("<g>");
    for (i, (value, label)) in frame.scale.ticks().into_iter().enumerate() {
        let class = if i == 0 { "g-base" } else { "g-line" };
        let down = frame.down(value);
        let (y, text_y) = (short(down, 1), short(down + 4.0, 1));
        let _ = write!(
            out,
            r#"<line class="{class}" x1="0" x2="100%" y1="{y}" y2="{y}"/><text x="-8" y="{text_y}" text-anchor="end">{label}</text>"#
        );
    }
    out.push_str("</g>");
}

/// Hatched areas between dashed edges.
pub(super) fn gaps(out: &mut String, model: &ChartModel, frame: &Frame) {
    let (id, height) = (&model.id, frame.height);
    for gap in &model.gaps {
        let (left, right) = (
            frame.across(gap.from).max(0.0),
            frame.across(gap.to).min(100.0),
        );
        if right <= left {
            continue;
        }
        let (x1, x2, width) = (short(left, 2), short(right, 2), short(right - left, 2));
        let _ = write!(
            out,
            r##"<rect class="gap" fill="url(#{id}-hatch)" x="{x1}%" width="{width}%" y="0" height="{height}"/><line class="gap-edge" x1="{x1}%" x2="{x1}%" y1="0" y2="{height}"/><line class="gap-edge" x1="{x2}%" x2="{x2}%" y1="0" y2="{height}"/>"##
        );
        if right - left >= GAP_LABEL_WIDTH {
            let (x, y) = (short((left + right) / 2.0, 2), height.saturating_sub(8));
            let _ = write!(
                out,
                r#"<text class="tick-m" x="{x}%" y="{y}" text-anchor="middle">no data</text>"#
            );
        }
    }
}

/// Times under the baseline, and a line where a day begins. Every second label may go on narrow charts.
pub(super) fn times(out: &mut String, model: &ChartModel, frame: &Frame, zone: Zone) {
    let y = frame.height + 18;
    let ticks = time_ticks(model.from, model.to, zone);
    let many = ticks.len() > 4;
    for (i, tick) in ticks.into_iter().enumerate() {
        let x = short(frame.across(tick.at), 2);
        if tick.midnight {
            let height = frame.height;
            let _ = write!(
                out,
                r#"<line class="g-line g-day" x1="{x}%" x2="{x}%" y1="0" y2="{height}"/>"#
            );
        }
        let class = if many && i % 2 == 1 {
            r#" class="tick-m""#
        } else {
            ""
        };
        let label = tick.label;
        let _ = write!(
            out,
            r#"<text{class} x="{x}%" y="{y}" text-anchor="middle">{label}</text>"#
        );
    }
}

/// Dashed lines with value and name at the right, and the newest value with its dot.
pub(super) fn thresholds(out: &mut String, model: &ChartModel, frame: &Frame) {
    let mut labels = Vec::new();
    for threshold in &model.thresholds {
        let class = limit_class(threshold.limit);
        let down = frame.down(threshold.value);
        let y = short(down, 1);
        let _ = write!(
            out,
            r#"<line class="th th--{class}" x1="0" x2="100%" y1="{y}" y2="{y}"/>"#
        );
        let text = format!(
            "{} {}",
            frame.scale.text(threshold.value, model.whole),
            threshold.name
        );
        labels.push((
            down,
            100.0,
            format!("th-l--{class}"),
            escape(text.trim_end()),
        ));
    }
    if let (Kind::Lines, Some(newest)) = (model.kind, model.newest()) {
        let crossed = model.thresholds.iter().find(|t| t.crossed_by(newest.value));
        let tone = crossed.map_or(String::new(), |t| format!(" pt--{}", limit_class(t.limit)));
        let (across, down) = (frame.across(newest.at), frame.down(newest.value));
        let (x, y) = (short(across, 2), short(down, 1));
        let _ = write!(
            out,
            r#"<circle class="pt{tone}" cx="{x}%" cy="{y}" r="4"/>"#
        );
        labels.push((
            down,
            across,
            "ink".to_owned(),
            frame.scale.text(newest.value, model.whole),
        ));
    }
    keep_apart(&mut labels);
    for (down, across, class, text) in labels {
        let (x, y) = (short(across, 2), short(down + 4.0, 1));
        let _ = write!(
            out,
            r#"<text class="{class}" x="{x}%" dx="8" y="{y}">{text}</text>"#
        );
    }
}

/// Moves labels that would touch upwards, the lowest staying where it is.
fn keep_apart(labels: &mut Vec<(f64, f64, String, String)>) {
    sort_by(labels, |a, b| b.0.total_cmp(&a.0));
    for i in 1..labels.len() {
        let lowest = labels[i - 1].0 - LABEL_HEIGHT;
        labels[i].0 = labels[i].0.min(lowest);
    }
}

/// The tone of a limit in class names.
pub(super) fn limit_class(limit: Limit) -> &'static str {
    match limit {
        Limit::Attention => "attention",
        Limit::Critical => "critical",
        Limit::Target => "target",
    }
}
