//! The fleet by region, to read.

use leptos::prelude::*;

use crate::format;
use crate::rpc::home::{GroupCount, Region, Regions};
use crate::ui::Count;

/// A row per region, the largest first.
#[component]
pub(super) fn RegionsTable(
    /// The regions; `None` when devices carry none.
    #[prop(into)]
    regions: Signal<Option<Regions>>,
) -> impl IntoView {
    move || match regions.get() {
        None => view! {
            <p class="meta">"Devices carry no region yet, so there is nothing to compare."</p>
        }
        .into_any(),
        Some(regions) => {
            let more = regions.more.then(|| {
                view! { <p class="meta mt-2">"Smaller regions are left out."</p> }
            });
            let title = regions.title;
            let rows = regions.rows.into_iter().map(row).collect_view();
            view! {
                <div class="table-wrap">
                    <table class="table regions">
                        <thead>
                            <tr>
                                <th scope="col">{title}</th>
                                <th scope="col" class="num">"Devices"</th>
                                <th scope="col" class="num">"In contact"</th>
                                <th scope="col" class="num">"Reporting"</th>
                                <th scope="col" class="num">"Asleep"</th>
                                <th scope="col" class="num">"Silent"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
                {more}
            }
            .into_any()
        }
    }
}

fn row(region: Region) -> impl IntoView {
    let in_contact = region.reporting.devices + region.asleep.devices;
    let share = format::share(in_contact, region.devices.devices);
    let name = match region.name {
        Some(name) => view! { <span>{name}</span> }.into_any(),
        None => view! { <span class="dim">"not set"</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td class="num">{count(region.devices)}</td>
            <td class="num">{share}</td>
            <td class="num">{count(region.reporting)}</td>
            <td class="num">{count(region.asleep)}</td>
            <td class="num">{count(region.silent)}</td>
        </tr>
    }
    .into_any()
}

/// A zero is an en dash: it is the normal case for some of the columns, and there is no list to open.
fn count(group: GroupCount) -> AnyView {
    if group.devices == 0 {
        return view! { <span class="dim">{format::DASH}</span> }.into_any();
    }
    let href = (!group.href.is_empty()).then_some(group.href);
    view! { <Count n=group.devices nostrip:href=href/> }.into_any()
}
