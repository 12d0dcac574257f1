//! Histograms: how many devices have a number in each of the bins, each bar a link to its devices.

use std::fmt::Write as _;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::draw::escape;
use super::scale::Scale;
use crate::format::{self, short};
use crate::ui::{Count, Icon, Stamp};

/// Height of the plot in pixels.
const HEIGHT: u32 = 140;

/// Labels along the bottom; with more bins every second, third, … edge has one.
const MOST_LABELS: usize = 6;

/// A histogram.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct HistogramModel {
    /// Unique on its page; letters, digits and hyphens.
    pub id: String,
    /// What is shown: `battery.percent`.
    pub title: String,
    /// The finding as whole sentences.
    pub finding: String,
    /// The bins side by side, the lowest first; at least one.
    pub bars: Vec<HistogramBar>,
}

/// A bin.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct HistogramBar {
    /// The lowest value in it.
    pub from: f64,
    /// The lowest value above it.
    pub to: f64,
    /// How many devices.
    pub n: u64,
    /// The list of exactly these.
    pub href: String,
}

impl HistogramBar {
    fn range(&self) -> String {
        let (from, to) = (format::reading(self.from), format::reading(self.to));
        format!("{from} to {to}")
    }

    fn words(&self) -> String {
        let devices = format::plural(self.n, "device", "devices");
        format!("{}: {devices}", self.range())
    }
}

/// The markup inside the `<svg>`: placed in percent across and in pixels down, so that one drawing fits every width.
pub fn histogram_markup(model: &HistogramModel) -> String {
    let most = model.bars.iter().map(|bar| bar.n).max().unwrap_or_default();
    let scale = Scale::covering(0.0, most as f64, true);
    let down = |n: f64| scale.down(n) * f64::from(HEIGHT);
    let width = 100.0 / model.bars.len().max(1) as f64;
    let (id, mut out) = (&model.id, String::with_capacity(4 * 1024));
    let _ = write!(
        out,
        r#"<title id="{id}-t">{}</title><desc id="{id}-d">{}</desc>"#,
        escape(&model.title),
        escape(&model.finding)
    );
    for (i, (value, label)) in scale.ticks().into_iter().enumerate() {
        let class = if i == 0 { "g-base" } else { "g-line" };
        let (y, text_y) = (short(down(value), 1), short(down(value) + 4.0, 1));
        let _ = write!(
            out,
            r#"<line class="{class}" x1="0" x2="100%" y1="{y}" y2="{y}"/><text x="-8" y="{text_y}" text-anchor="end">{label}</text>"#
        );
    }
    for (i, bar) in model.bars.iter().enumerate().filter(|(_, bar)| bar.n > 0) {
        // What is there at all can be seen.
        let height = (f64::from(HEIGHT) - down(bar.n as f64)).max(2.0);
        let (x, across) = (short((i as f64 + 0.06) * width, 2), short(0.88 * width, 2));
        let (y, height) = (short(f64::from(HEIGHT) - height, 1), short(height, 1));
        let (href, words) = (escape(&bar.href), escape(&bar.words()));
        let _ = write!(
            out,
            r#"<a href="{href}" aria-label="{words}"><title>{words}</title><rect class="bin-hit" x="{x}%" width="{across}%" y="0" height="{HEIGHT}"/><rect class="bin" x="{x}%" width="{across}%" y="{y}" height="{height}"/></a>"#
        );
    }
    let every = model.bars.len().div_ceil(MOST_LABELS).max(1);
    let edges = model.bars.iter().map(|bar| bar.from);
    let edges = edges.chain(model.bars.last().map(|bar| bar.to));
    let y = HEIGHT + 18;
    for (i, edge) in edges.enumerate().step_by(every) {
        let (x, label) = (short(i as f64 * width, 2), format::reading(edge));
        let _ = write!(
            out,
            r#"<text x="{x}%" y="{y}" text-anchor="middle">{label}</text>"#
        );
    }
    out
}

/// A histogram with its table. `as_of` is when it was counted.
pub fn histogram(model: HistogramModel, as_of: Signal<i64>) -> AnyView {
    let labelled = format!("{}-t {}-d", model.id, model.id);
    let table = format!("{} as a table", model.title);
    let markup = histogram_markup(&model);
    let rows = model
        .bars
        .iter()
        .map(|bar| {
            let (range, n, href) = (bar.range(), bar.n, bar.href.clone());
            view! {
                <tr><th scope="row">{range}</th><td class="num"><Count n=n href=href/></td></tr>
            }
        })
        .collect_view();
    view! {
        <figure class="chart">
            <div class="chart-h">
                <strong>{model.title}</strong>
                <span class="dim">{model.finding}</span>
                <span class="end"><Stamp ms=as_of/></span>
            </div>
            <div class="chart-plot">
                <svg
                    class="plot"
                    width="100%"
                    height=HEIGHT
                    role="group"
                    aria-labelledby=labelled
                    inner_html=markup
                ></svg>
            </div>
            <details class="astable">
                <summary><Icon name="i-columns"/><span>"Show as table"</span></summary>
                <div class="astable-scroll" role="region" tabindex="0" aria-label=table>
                    <table class="table mt-2">
                        <thead>
                            <tr>
                                <th scope="col">"Value"</th>
                                <th scope="col" class="num">"Devices"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </details>
        </figure>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(counts: &[u64]) -> HistogramModel {
        let bars = counts.iter().enumerate().map(|(i, n)| HistogramBar {
            from: i as f64 * 10.0,
            to: (i + 1) as f64 * 10.0,
            n: *n,
            href: format!("/fleet?filter=n>={i}&x"),
        });
        HistogramModel {
            id: "h".into(),
            title: "battery <%>".into(),
            finding: "Half.".into(),
            bars: bars.collect(),
        }
    }

    #[test]
    fn every_bar_is_a_link_with_words() {
        let markup = histogram_markup(&model(&[3, 0, 1000]));
        assert_eq!(markup.matches("<a href=").count(), 2);
        assert!(markup.starts_with(r#"<title id="h-t">battery &lt;%&gt;</title><desc id="h-d">"#));
        assert!(markup.contains(
            r#"<a href="/fleet?filter=n&gt;=0&amp;x" aria-label="0 to 10: 3 devices"><title>0 to 10: 3 devices</title>"#
        ));
        // A few beside many are still two pixels high.
        assert!(
            markup.contains(r#"class="bin" x="2%" width="29.33%" y="138" height="2""#),
            "{markup}"
        );
        assert!(markup.contains(r#"y="0" height="140"/></a>"#), "{markup}");
    }

    #[test]
    fn edges_have_few_labels() {
        let labels = |n: usize| {
            let markup = histogram_markup(&model(&vec![1; n]));
            markup.matches(r#"text-anchor="middle""#).count()
        };
        assert_eq!((labels(1), labels(6), labels(7), labels(18)), (2, 7, 4, 7));
    }
}
