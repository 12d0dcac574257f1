//! Bars on a common scale. Lengths are attributes of an SVG, since the page allows no inline styles.

use leptos::prelude::*;

use crate::format::short;
use crate::reactive::dynamic;

/// A part of a bar.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segment {
    /// Its look, as [`super::Look::cell`]: `ok`, `asleep`, `overdue`, `silent`, `never`; `main` for a plain bar.
    pub cell: &'static str,
    /// How much.
    pub n: u64,
}

/// Start and width of each part in percent of a bar that is full at `of`. What is there at all is at least one percent
/// wide; the widest part pays for that.
fn spans(parts: &[u64], of: u64) -> Vec<(f64, f64)> {
    let of = of.max(1) as f64;
    let mut widths: Vec<f64> = parts
        .iter()
        .map(|&n| {
            if n == 0 {
                0.0
            } else {
                (n as f64 / of * 100.0).max(1.0)
            }
        })
        .collect();
    let over = widths.iter().sum::<f64>() - 100.0;
    if let (true, Some(widest)) = (over > 0.0, widths.iter_mut().max_by(|a, b| a.total_cmp(b))) {
        *widest = (*widest - over).max(0.0);
    }
    widths
        .into_iter()
        .scan(0.0, |x, width| {
            let start = *x;
            *x += width;
            Some((start, width))
        })
        .collect()
}

/// A bar of parts.
#[component]
pub fn Bar(
    /// The parts, in reading order: done, failed, in progress, waiting, later.
    #[prop(into)]
    segments: Signal<Vec<Segment>>,
    /// What a full bar stands for.
    #[prop(into)]
    of: Signal<u64>,
    /// All of it in words: "62 good, 3 failed, 8 in progress, 27 waiting".
    #[prop(into)]
    label: Signal<String>,
    /// In pixels.
    #[prop(default = 8)]
    height: u32,
) -> impl IntoView {
    let class = move || segments.with(|s| if s.len() > 1 { "bar bar--seg" } else { "bar" });
    let rects = move || {
        let segments = segments.get();
        let parts: Vec<u64> = segments.iter().map(|s| s.n).collect();
        segments
            .iter()
            .zip(spans(&parts, of.get()))
            .filter(|(_, (_, width))| *width > 0.0)
            .map(|(segment, (x, width))| {
                view! {
                    <rect
                        class=format!("b-{}", segment.cell)
                        x=format!("{}%", short(x, 2))
                        width=format!("{}%", short(width, 2))
                        height=height
                    ></rect>
                }
            })
            .collect_view()
    };
    view! {
        <svg class=class width="100%" height=height role="img" aria-label=label>
            <rect class="b-track" width="100%" height=height></rect>
            {dynamic(rects)}
        </svg>
    }
    .into_any()
}

/// A single value of a whole.
#[component]
pub fn Meter(
    /// How much.
    #[prop(into)]
    n: Signal<u64>,
    /// Of how much.
    #[prop(into)]
    of: Signal<u64>,
    /// Both in words: "22 of 30 minutes used".
    #[prop(into)]
    label: Signal<String>,
    /// Its look: `main`, `attention`, `critical`.
    #[prop(default = "main")]
    cell: &'static str,
    /// In pixels.
    #[prop(default = 8)]
    height: u32,
) -> impl IntoView {
    let segments = Signal::derive(move || {
        vec![Segment {
            cell,
            n: n.get().min(of.get()),
        }]
    });
    view! { <Bar segments=segments of=of label=label height=height/> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_parts_stay_visible() {
        let check = |parts: &[u64], of, want: &[(f64, f64)]| assert_eq!(spans(parts, of), want);
        check(
            &[62, 3, 8, 27],
            100,
            &[(0.0, 62.0), (62.0, 3.0), (65.0, 8.0), (73.0, 27.0)],
        );
        check(
            &[9999, 0, 1],
            10_000,
            &[(0.0, 99.0), (99.0, 0.0), (99.0, 1.0)],
        );
        check(&[50], 200, &[(0.0, 25.0)]);
        check(&[], 0, &[]);
        check(&[0], 0, &[(0.0, 0.0)]);
    }
}
