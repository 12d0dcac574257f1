//! What the lines and surfaces of a chart mean, in words.

use leptos::prelude::*;

use super::line;
use super::model::{ChartModel, Kind};
use super::stacked;

/// One entry per series, one for the band, one for gaps; only what the chart really shows.
pub(super) fn legend(model: Signal<ChartModel>) -> AnyView {
    view! {
        <ul class="legend small">
            {move || model.with(|model| view! { {series(model)} {band(model)} {gaps(model)} })}
        </ul>
    }
    .into_any()
}

fn series(model: &ChartModel) -> impl IntoView + use<> {
    let kind = model.kind;
    model
        .series
        .iter()
        .map(|series| {
            let key = match kind {
                Kind::Lines => view! {
                    <svg class="key key--line" viewBox="0 0 18 11" aria-hidden="true">
                        <path class=line::class('s', series) d="M0 5.5h18"></path>
                    </svg>
                }
                .into_any(),
                Kind::Stack => {
                    let part = stacked::part(series.paint);
                    view! {
                        <svg class="key" viewBox="0 0 11 11" aria-hidden="true">
                            <path class=format!("f-{part}") d="M0 0h11v11H0z"></path>
                            <path class=format!("e-{part}") d="M0 .7h11"></path>
                        </svg>
                    }
                    .into_any()
                }
            };
            view! { <li>{key}<span>{series.name.clone()}</span></li> }
        })
        .collect_view()
}

fn band(model: &ChartModel) -> impl IntoView + use<> {
    let series = model
        .series
        .iter()
        .find(|s| s.points.iter().any(|p| p.band.is_some()));
    let series = series.filter(|_| model.kind == Kind::Lines);
    series.map(|series| {
        view! {
            <li>
                <svg class="key" viewBox="0 0 11 11" aria-hidden="true">
                    <path class=line::class('a', series) d="M0 0h11v11H0z"></path>
                </svg>
                <span>"Lowest to highest"</span>
            </li>
        }
    })
}

fn gaps(model: &ChartModel) -> impl IntoView + use<> {
    let fill = format!("url(#{}-hatch)", model.id);
    (!model.gaps.is_empty()).then(|| {
        view! {
            <li>
                <svg class="key" viewBox="0 0 11 11" aria-hidden="true">
                    <path class="gap" fill=fill d="M0 0h11v11H0z"></path>
                </svg>
                <span>"No data"</span>
            </li>
        }
    })
}
