//! A numeric field of the last 24 hours.

use leptos::prelude::*;
use muster_core::ids::DeviceId;

use super::address::{DeviceAddress, Tab};
use crate::charts::Chart;
use crate::clock::use_now;
use crate::live::wire::Aspect;
use crate::live::{Item, Topic, use_live};
use crate::panels::loaded::loaded;
use crate::panels::refresh::use_refreshed;
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
    let field = Memo::new(move |_| address.with(|address| address.field.clone()));
    let data = {
        let id = id.clone();
        Data::new(
            move || field.get(),
            move |field| read_telemetry(id.as_str().to_owned(), field),
        )
    };
    let show = move |telemetry| {
        let field = field.get_untracked();
        view! { <TelemetryBody id=id.clone() field=field telemetry=telemetry/> }.into_any()
    };
    view! {
        <Section id="telemetry" title="Telemetry, last 24 hours">
            {loaded(data, show)}
        </Section>
    }
    .into_any()
}

#[component]
fn TelemetryBody(id: DeviceId, field: Option<String>, telemetry: Telemetry) -> impl IntoView {
    let (telemetry, refresh) = {
        let id = id.clone();
        use_refreshed(telemetry, move || {
            read_telemetry(id.as_str().to_owned(), field.clone())
        })
    };
    // Reading a day of messages again with every message would be too much: the clock's tick is often enough.
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
                let words = fields.with(|(_, field)| none(field.as_deref()));
                view! { <p class="meta">{words}</p> }.into_any()
            }
        }
    };
    view! {
        {move || fields.with(|(fields, chosen)| choices(&id, fields, chosen.as_deref()))}
        {dynamic(drawing)}
    }
    .into_any()
}

/// Links to the other fields; none where there is nothing to choose.
fn choices(
    id: &DeviceId,
    fields: &[String],
    chosen: Option<&str>,
) -> Option<impl IntoView + use<>> {
    let links = fields
        .iter()
        .take(MAX_FIELDS)
        .map(|field| {
            let address = DeviceAddress {
                field: Some(field.clone()),
                ..DeviceAddress::tab(Tab::Overview)
            };
            let current = chosen == Some(field.as_str());
            view! {
                <a class="btn btn--s" href=address.href(id) aria-current=current.then_some("true")>{field.clone()}</a>
            }
        })
        .collect_view();
    (fields.len() > 1).then(|| {
        view! { <div class="btns btns--wrap mb-3" role="group" aria-label="Field">{links}</div> }
    })
}

fn none(field: Option<&str>) -> String {
    match field {
        Some(field) => format!("No message of the last 24 hours has a number called {field}."),
        None => "No message of the last 24 hours has a number in it. Numbers in JSON messages are drawn here.".to_owned(),
    }
}
