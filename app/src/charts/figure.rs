//! The chart as a figure: head, drawing, legend, table, and a mark that reads values.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::cursor;
use super::draw::plot;
use super::legend::legend;
use super::model::ChartModel;
use super::scale::Scale;
use super::table::table;
use crate::format::Zone;
use crate::reactive::dynamic;
use crate::ui::{Stamp, use_zone};

/// Labels longer than this need a wider left edge.
const SHORT_LABEL: usize = 5;

/// A chart that the server draws and the browser keeps drawing. Pointer and arrow keys read values once the page
/// listens.
#[component]
pub fn Chart(
    /// What it shows. When this changes the drawing follows.
    #[prop(into)]
    model: Signal<ChartModel>,
    /// Height of the plot in pixels.
    #[prop(default = 216)]
    height: u32,
    /// Leaves the title out, when the section around it says the same.
    #[prop(optional)]
    untitled: bool,
) -> impl IntoView {
    let zone = use_zone();
    let id = model.with_untracked(|m| m.id.clone());
    let labelled = format!("{id}-t {id}-d");
    let plot_class = move || {
        let wide = model.with(|m| {
            let (low, high) = m.extent();
            let ticks = Scale::covering(low, high, m.whole).ticks();
            ticks
                .iter()
                .any(|(_, label)| label.chars().count() > SHORT_LABEL)
        });
        if wide {
            "chart-plot chart-plot--wide"
        } else {
            "chart-plot"
        }
    };
    let about = move || {
        model.with(|m| match (m.unit.as_str(), m.note.as_str()) {
            ("", note) => note.to_owned(),
            (unit, "") => unit.to_owned(),
            (unit, note) => format!("{unit}, {note}"),
        })
    };
    view! {
        <figure class="chart">
            <div class="chart-h">
                {(!untitled).then(|| view! { <strong>{move || model.with(|m| m.title.clone())}</strong> })}
                <span class="dim">{dynamic(about)}</span>
                <span class="end"><Stamp ms=Signal::derive(move || model.with(|m| m.as_of))/></span>
            </div>
            <div class=plot_class>
                <svg
                    class="plot"
                    width="100%"
                    height=height
                    role="img"
                    aria-labelledby=labelled
                    inner_html=move || model.with(|m| plot(m, height, zone.get()))
                ></svg>
                {reader(model, height, zone)}
            </div>
            <div class="chart-foot">
                {legend(model)}
                {table(model, zone)}
            </div>
        </figure>
    }
    .into_any()
}

/// The layer over the plot that follows pointer and keys.
fn reader(model: Signal<ChartModel>, height: u32, zone: Signal<Zone>) -> AnyView {
    let node = NodeRef::<leptos::svg::Svg>::new();
    let at = RwSignal::new(None::<i64>);
    let point = move |client_x: i32| {
        let share = node
            .get_untracked()
            .and_then(|svg| share_of_width(&svg, client_x));
        if let Some(share) = share {
            at.set(model.with_untracked(|m| cursor::nearest(m, share)));
        }
    };
    let press = move |event: KeyboardEvent| {
        let moved = model.with_untracked(|m| cursor::moved(m, at.get_untracked(), &event.key()));
        if let Some(moved) = moved {
            event.prevent_default();
            at.set(moved);
        }
    };
    let mark = move || {
        let here = at.get();
        here.map(|at| model.with(|m| cursor::mark(m, at, height, zone.get())))
            .unwrap_or_default()
    };
    let words = move || {
        let here = at.get();
        here.map(|at| model.with(|m| cursor::readout(m, at, zone.get())))
            .unwrap_or_default()
    };
    let label = move || model.with(|m| format!("{}: read values with the arrow keys", m.title));
    view! {
        <div
            class="chart-read js-only"
            role="group"
            tabindex="0"
            aria-label=label
            on:pointermove=move |event| point(event.client_x())
            on:pointerdown=move |event| point(event.client_x())
            on:pointerleave=move |_| at.set(None)
            on:blur=move |_| at.set(None)
            on:keydown=press
        >
            <svg class="plot" width="100%" height=height aria-hidden="true" node_ref=node inner_html=mark></svg>
            <output class="sr-only" aria-live="polite">{dynamic(words)}</output>
        </div>
    }
    .into_any()
}

#[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
fn share_of_width(svg: &web_sys::Element, client_x: i32) -> Option<f64> {
    let rect = svg.get_bounding_client_rect();
    (rect.width() > 0.0).then(|| (f64::from(client_x) - rect.left()) / rect.width())
}

#[cfg(not(all(feature = "hydrate", target_arch = "wasm32")))]
fn share_of_width<T>(_svg: &T, _client_x: i32) -> Option<f64> {
    None
}
