//! The open alerts of a device, on its page.

use leptos::prelude::*;

use super::row::look;
use crate::clock::use_now;
use crate::format::TimeStyle;
use crate::live::{Item, Topic, use_live};
use crate::panels::loaded::answered;
use crate::routes;
use crate::rpc::alerts::{AlertRow, alerts_of_device};
use crate::rpc::data::Data;
use crate::rpc::devices::DeviceView;
use crate::ui::{Section, State, TimeStamp};

/// The alerts, the worst first.
#[component]
pub(crate) fn AlertsOfDevice(
    /// The device.
    device: RwSignal<DeviceView>,
) -> impl IntoView {
    let id = device.with_untracked(|device| device.id.as_str().to_owned());
    let data = Data::new(|| (), move |()| alerts_of_device(id.clone()));
    use_live(
        || vec![Topic::Alerts],
        move |item| {
            if matches!(item, Item::Alerts | Item::Resync) {
                data.refetch();
            }
        },
    );
    let end = || view! { <a href=routes::ALERTS>"All alerts"</a> };
    view! {
        <Section id="device-alerts" title="Alerts" end=end>
            {answered(data, |found| match found {
                Err(error) => view! { <p class="meta">{error.to_string()}</p> }.into_any(),
                Ok(rows) if rows.is_empty() => {
                    view! { <p class="meta">"No alert is open."</p> }.into_any()
                }
                Ok(rows) => {
                    let rows = rows.into_iter().map(row).collect_view();
                    view! { <ul class="on-device-alerts">{rows}</ul> }.into_any()
                }
            })}
        </Section>
    }
    .into_any()
}

fn row(row: AlertRow) -> AnyView {
    let now = use_now();
    let since = Signal::derive(move || TimeStyle::Since { now: now.get() });
    view! {
        <li>
            <p><a href=routes::alert(row.id)>{row.name.clone()}</a> " " <State look=look(&row)/></p>
            <p class="meta"><TimeStamp ms=row.opened_ms style=since/></p>
        </li>
    }
    .into_any()
}
