//! How the fleet kept in touch over the last day.

mod model;

use leptos::prelude::*;

use crate::charts::{Chart, ChartModel};

pub use model::{RANGE_MS, Sample, contact_series, presence_chart};

/// The chart of the last 24 hours, or why there is none yet.
#[component]
pub fn PresencePanel(
    /// The chart; `None` before the first sample.
    chart: Option<ChartModel>,
) -> impl IntoView {
    match chart {
        Some(model) => view! { <Chart model=model height=168/> }.into_any(),
        None => view! {
            <p class="meta">"The first sample is taken within a minute of the hub's start. Until then there is nothing to draw."</p>
        }
        .into_any(),
    }
}
