//! The sites with most silent devices.

use leptos::prelude::*;

use crate::rpc::home::{GroupCount, Grouping};
use crate::ui::{Count, Look, State, Tone};

/// A table of sites, the most silent first.
#[component]
pub(super) fn SilentSites(
    /// Silent devices by site; `None` when sites are not tagged.
    #[prop(into)]
    silent: Signal<Option<Grouping>>,
) -> impl IntoView {
    move || match silent.get() {
        None => view! {
            <p class="meta">
                "Devices carry no site yet. Give them a tag whose last name is " <code>"site"</code>
                ", for example " <code>"tags.location.site"</code> "."
            </p>
        }
        .into_any(),
        Some(grouping) if grouping.groups.is_empty() => {
            let fine = Look {
                tone: Tone::Ok,
                icon: "s-ok",
                word: "Good",
                cell: "ok",
            };
            view! { <p><State look=fine word="No device is silent."/></p> }.into_any()
        }
        Some(grouping) => {
            let title = grouping.title;
            let rows = grouping.groups.into_iter().map(row).collect_view();
            view! {
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">{title}</th>
                            <th scope="col" class="num">"Silent"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            }
            .into_any()
        }
    }
}

fn row(group: GroupCount) -> impl IntoView {
    let href = (!group.href.is_empty()).then_some(group.href);
    let name = match (group.value, href.clone()) {
        (Some(value), Some(href)) => view! { <a class="id" href=href>{value}</a> }.into_any(),
        (Some(value), None) => value.into_any(),
        (None, _) => view! { <span class="dim">"not set"</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td class="num"><Count n=group.devices nostrip:href=href/></td>
        </tr>
    }
    .into_any()
}
