//! Times in the zone of whoever reads them.

use leptos::prelude::*;

use crate::format::{TimeStyle, Zone, iso, utc};
use crate::reactive::effect;

/// The zone to write times in: UTC at first, as the server wrote it, then the reader's.
pub fn use_zone() -> Signal<Zone> {
    let zone = RwSignal::new(Zone::Utc);
    // Effects run only in the browser, and only after it has taken over the page.
    effect(move || zone.set(Zone::Viewer));
    zone.into()
}

/// An instant as text. Hovering shows UTC.
#[component]
pub fn TimeStamp(
    /// Milliseconds since 1970-01-01 UTC.
    #[prop(into)]
    ms: Signal<i64>,
    /// How it is written. Styles that need the present carry it.
    #[prop(into)]
    style: Signal<TimeStyle>,
) -> impl IntoView {
    let zone = use_zone();
    view! {
        <time datetime=move || iso(ms.get()) title=move || utc(ms.get())>
            {move || style.get().write(ms.get(), zone.get())}
        </time>
    }
    .into_any()
}

/// The name of the zone; once per page.
#[component]
pub fn ZoneName(
    /// At which instant, since names change with daylight saving.
    #[prop(into)]
    ms: Signal<i64>,
) -> impl IntoView {
    let zone = use_zone();
    view! { <span>{move || zone.get().name(ms.get())}</span> }.into_any()
}
