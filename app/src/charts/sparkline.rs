//! Sparklines: the shape of a row of values, with the newest one marked.

use std::fmt::Write as _;

use leptos::prelude::*;

use crate::format::short;
use crate::reactive::dynamic;
use crate::ui::Tone;

/// Units of the stretched drawing, across and down.
const WIDTH: f64 = 100.0;
const HEIGHT: f64 = 40.0;
/// Kept free above the highest and below the lowest value.
const MARGIN: f64 = 4.4;

/// How far down values are, from the highest at `MARGIN` to the lowest at `HEIGHT - MARGIN`.
fn downs(values: &[f64], target: Option<f64>) -> (Vec<f64>, Option<f64>) {
    let all = || {
        values
            .iter()
            .copied()
            .chain(target)
            .filter(|v| v.is_finite())
    };
    let low = all().fold(f64::INFINITY, f64::min);
    let high = all().fold(f64::NEG_INFINITY, f64::max);
    let down = |value: f64| {
        let share = if high > low {
            (high - value) / (high - low)
        } else {
            0.5
        };
        MARGIN + share * (HEIGHT - 2.0 * MARGIN)
    };
    (values.iter().map(|v| down(*v)).collect(), target.map(down))
}

fn line(downs: &[f64]) -> String {
    let step = WIDTH / (downs.len().saturating_sub(1).max(1)) as f64;
    let mut d = String::from("M");
    for (i, down) in downs.iter().enumerate() {
        let gap = if i == 0 { "" } else { " " };
        let _ = write!(d, "{gap}{} {}", short(i as f64 * step, 1), short(*down, 1));
    }
    d
}

/// A small line without axes.
#[component]
pub fn Sparkline(
    /// The values, oldest first, at equal distances. Fewer than two draw nothing.
    #[prop(into)]
    values: Signal<Vec<f64>>,
    /// What it shows with its range: "Silent devices, last 12 hours, from 88 to 318".
    #[prop(into)]
    label: Signal<String>,
    /// A goal, as a dotted line.
    #[prop(optional)]
    target: Option<f64>,
    /// How much the newest value asks for attention.
    #[prop(optional)]
    tone: Tone,
    /// In pixels.
    #[prop(default = 44)]
    height: u32,
) -> impl IntoView {
    let drawing = move || {
        let values: Vec<f64> = values.get().into_iter().filter(|v| v.is_finite()).collect();
        (values.len() > 1).then(|| {
            let (downs, target) = downs(&values, target);
            let line = line(&downs);
            let newest = downs.last().copied().unwrap_or_default();
            let percent = |down: f64| format!("{}%", short(down / HEIGHT * 100.0, 2));
            view! {
                {target.map(|down| view! {
                    <line class="sp-target" x1="0" x2="100%" y1=percent(down) y2=percent(down)></line>
                })}
                <svg viewBox="0 0 100 40" preserveAspectRatio="none" width="100%" height="100%">
                    <path class="sp-area" d=format!("{line} L100 40L0 40Z")></path>
                    <path class="sp-line" d=line.clone()></path>
                </svg>
                <circle class="sp-dot" cx="100%" cy=percent(newest) r="2.5"></circle>
            }
        })
    };
    view! {
        <svg
            class=format!("spark spark--{}", tone.as_str())
            role="img"
            aria-label=label
            width="100%"
            height=height
        >
            {dynamic(drawing)}
        </svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_is_on_top_and_a_flat_line_in_the_middle() {
        assert_eq!(downs(&[1.0, 3.0], Some(2.0)), (vec![35.6, 4.4], Some(20.0)));
        assert_eq!(downs(&[5.0, 5.0], None), (vec![20.0, 20.0], None));
    }

    #[test]
    fn lines_span_the_width() {
        assert_eq!(line(&[35.6, 20.0, 4.4]), "M0 35.6 50 20 100 4.4");
    }
}
