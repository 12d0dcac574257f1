//! A numeric field over a range of time.

use leptos::prelude::*;
use muster_core::ids::DeviceId;

use super::address::{DeviceAddress, Tab};
use crate::charts::Chart;
use crate::clock::use_now;
use crate::live::wire::Aspect;
use crate::live::{Item, Topic, use_live};
use crate::panels::loaded::loaded;
use crate::panels::refresh::use_refreshed;
use crate::panels::telemetry::Range;
use crate::reactive::{dynamic, effect};
use crate::rpc::data::Data;
use crate::rpc::devices::{Telemetry, read_telemetry};
use crate::ui::Section;

/// Fields that are offered as links; a device that sends more is better asked by its address.
const MAX_FIELDS: usize = 12;

/// The chart with the choice of its field.
#[component]
pub(super) fn TelemetrySection(
    /// Which device.
    id: DeviceId,
    /// The state of the page.
    address: Memo<DeviceAddress>,
) -> impl IntoView {
    let shown = Memo::new(move |_| address.with(|address| (address.field.clone(), address.range)));
    let data = {
        let id = id.clone();
        Data::new(
            move || shown.get(),
            move |(field, range)| read_telemetry(id.as_str().to_owned(), field, range),
        )
    };
    let show = move |telemetry| {
        let (field, range) = shown.get_untracked();
        view! { <TelemetryBody id=id.clone() field=field range=range telemetry=telemetry/> }
            .into_any()
    };
    view! {
        <Section id="telemetry" title="Telemetry">
            {loaded(data, show)}
        </Section>
    }
    .into_any()
}

#[component]
fn TelemetryBody(
    id: DeviceId,
    field: Option<String>,
    range: Range,
    telemetry: Telemetry,
) -> impl IntoView {
    let (telemetry, refresh) = {
        let id = id.clone();
        use_refreshed(telemetry, move || {
            read_telemetry(id.as_str().to_owned(), field.clone(), range)
        })
    };
    // Drawing again with every message would be too much: the clock's tick is often enough.
    let stale = RwSignal::new(false);
    let now = use_now();
    effect(move || {
        now.track();
        if stale.get_untracked() {
            stale.set(false);
            refresh.ask();
        }
    });
    let (followed, this) = (id.clone(), id.clone());
    use_live(
        move || vec![Topic::Device(followed.clone())],
        move |item| match item {
            Item::Device(news) if news.id == this && news.aspects.contains(&Aspect::Telemetry) => {
                stale.set(true)
            }
            Item::Resync => refresh.ask(),
            _ => {}
        },
    );
    let fields = Memo::new(move |_| {
        telemetry.with(|telemetry| (telemetry.fields.clone(), telemetry.field.clone()))
    });
    let chart = Memo::new(move |_| telemetry.with(|telemetry| telemetry.chart.clone()));
    let there = Memo::new(move |_| chart.with(Option::is_some));
    let drawing = move || {
        there.track();
        match chart.get_untracked() {
            Some(first) => {
                let model = Signal::derive(move || chart.get().unwrap_or_else(|| first.clone()));
                view! { <Chart model=model/> }.into_any()
            }
            None => {
                let words = fields.with(|(_, field)| none(field.as_deref(), range));
                view! { <p class="meta">{words}</p> }.into_any()
            }
        }
    };
    view! {
        {move || fields.with(|(fields, chosen)| choices(&id, fields, chosen.as_deref(), range))}
        {dynamic(drawing)}
    }
    .into_any()
}

/// Links to the other fields, where there is something to choose, and to the other ranges.
fn choices(id: &DeviceId, fields: &[String], chosen: Option<&str>, range: Range) -> AnyView {
    let at = |field: Option<&str>, range| DeviceAddress {
        field: field.map(str::to_owned),
        range,
        ..DeviceAddress::tab(Tab::Overview)
    };
    let several = if fields.len() > 1 { MAX_FIELDS } else { 0 };
    let fields: Vec<AnyView> = fields
        .iter()
        .take(several)
        .map(|field| {
            let current = chosen == Some(field.as_str());
            link(field.clone(), at(Some(field), range).href(id), current)
        })
        .collect();
    let ranges = Range::ALL.map(|other| {
        let href = at(chosen, other).href(id);
        link(other.as_str().to_owned(), href, other == range)
    });
    let fields = (!fields.is_empty()).then(|| {
        view! { <div class="btns btns--wrap" role="group" aria-label="Field">{fields}</div> }
    });
    view! {
        <div class="chart-choices">
            {fields}
            <div class="btns btns--wrap" role="group" aria-label="Range">{ranges.into_iter().collect_view()}</div>
        </div>
    }
    .into_any()
}

fn link(text: String, href: String, current: bool) -> AnyView {
    view! { <a class="btn btn--s" href=href aria-current=current.then_some("true")>{text}</a> }
        .into_any()
}

fn none(field: Option<&str>, range: Range) -> String {
    let range = range.in_words();
    match field {
        Some(field) => format!("No message of the last {range} has a number called {field}."),
        None => format!(
            "No message of the last {range} has a number in it. Numbers in JSON messages are drawn here."
        ),
    }
}
