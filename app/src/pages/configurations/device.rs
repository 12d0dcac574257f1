//! The configurations of a device, on its page.

use leptos::prelude::*;
use muster_core::configuration::Status;

use crate::clock::use_now;
use crate::error::AppError;
use crate::format::TimeStyle;
use crate::panels::events::who;
use crate::panels::loaded::answered;
use crate::reactive::effect_of_change;
use crate::routes;
use crate::rpc::configurations::{OnDeviceRow, read_configurations_of};
use crate::rpc::data::Data;
use crate::rpc::devices::DeviceView;
use crate::ui::{Look, Section, State, TimeStamp, Tone};

/// Which cover it, which of them lost, and whose changes they put back.
#[component]
pub(crate) fn ConfigurationsOfDevice(
    /// The device as it is now.
    device: RwSignal<DeviceView>,
) -> impl IntoView {
    let id = device.with_untracked(|device| device.id.as_str().to_owned());
    let data = Data::new(|| (), move |()| read_configurations_of(id.clone()));
    effect_of_change(move |changed| {
        device.track();
        if changed {
            data.refetch();
        }
    });
    let end = || view! { <a href=routes::CONFIGURATIONS>"All configurations"</a> };
    view! {
        <Section id="configurations" title="Configurations" end=end>
            {answered(data, |found| listed(found).into_any())}
        </Section>
    }
    .into_any()
}

fn listed(found: Result<Vec<OnDeviceRow>, AppError>) -> impl IntoView {
    match found {
        Err(error) => view! { <p class="meta">{error.to_string()}</p> }.into_any(),
        Ok(rows) if rows.is_empty() => {
            view! { <p class="meta">"No configuration covers this device."</p> }.into_any()
        }
        Ok(rows) => {
            let rows = rows.into_iter().map(row).collect_view();
            view! { <ul class="on-device">{rows}</ul> }.into_any()
        }
    }
}

fn row(row: OnDeviceRow) -> AnyView {
    let look = |tone, icon, word| Look {
        tone,
        icon,
        word,
        cell: "ok",
    };
    let state = match (row.status, &row.problem, row.lost.is_empty()) {
        (_, Some(_), _) => look(Tone::Serious, "s-failed", "Could not be written"),
        (Status::Applied, None, true) => look(Tone::Ok, "s-ok", "Applied"),
        (Status::Applied, None, false) => look(Tone::Neutral, "s-ok", "Applied in part"),
        (Status::Targeted, None, _) => look(Tone::Neutral, "s-waiting", "Others win"),
    };
    let lost = row.lost.into_iter().map(|(path, to)| {
        let href = routes::configuration(&to);
        view! { <li class="meta"><code>{path}</code> " lost to " <a href=href>{to}</a></li> }
    });
    let lost = lost.collect_view();
    let contest = row.contest.map(|(cause, at)| {
        let now = use_now();
        let ago = Signal::derive(move || TimeStyle::Ago { now: now.get().max(at) });
        view! { <li class="meta">"Put back a change by " {who(&cause)} ", " <TimeStamp ms=at style=ago/></li> }
    });
    let problem = row
        .problem
        .map(|problem| view! { <li class="meta">{crate::format::sentence(&problem)}</li> });
    let priority = ["Priority ", &row.priority.to_string()].concat();
    view! {
        <li>
            <p>
                <a class="id" href=routes::configuration(&row.id)>{row.id.clone()}</a>
                " " <State look=state/> " " <span class="meta">{priority}</span>
            </p>
            <ul>{problem} {lost} {contest}</ul>
        </li>
    }
    .into_any()
}
