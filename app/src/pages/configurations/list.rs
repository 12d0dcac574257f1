//! All configurations, the highest priority first.

use leptos::prelude::*;

use super::NEW;
use super::conflicts::conflict_table;
use crate::format;
use crate::live::{Item, Topic, use_live};
use crate::panels::loaded::loaded_page;
use crate::panels::refresh::use_refreshed;
use crate::reactive::dynamic;
use crate::routes;
use crate::rpc::configurations::{ConfigurationRow, Configurations, Covers, list_configurations};
use crate::rpc::data::Data;
use crate::shell::Page;
use crate::ui::{ButtonKind, Count, EmptyState, LinkButton, PageHead, Section, Stamp, TableWrap};

/// The list.
#[component]
pub(super) fn ListPage() -> impl IntoView {
    let data = Data::new(|| (), |()| list_configurations());
    loaded_page("Configurations", data, |found| {
        view! { <List found=found/> }.into_any()
    })
}

#[component]
fn List(found: Configurations) -> impl IntoView {
    let may_keep = found.may_keep;
    let (found, refresh) = use_refreshed(found, list_configurations);
    use_live(
        || vec![Topic::Events],
        move |item| {
            if matches!(item, Item::Events(_) | Item::Resync) {
                refresh.ask();
            }
        },
    );
    let facts = move || {
        let count = found.with(|found| found.rows.len() as u64);
        let count = format::plural(count, "configuration", "configurations");
        [
            &count,
            ". Where two say different things, the higher priority wins.",
        ]
        .concat()
    };
    let stamp = Signal::derive(move || found.with(|found| found.now));
    let empty = Memo::new(move |_| found.with(|found| found.rows.is_empty()));
    let body = move || {
        if empty.get() {
            return nothing_yet(may_keep);
        }
        let rows = found.with(|found| found.rows.iter().map(row).collect_view());
        view! {
            <TableWrap>
                <table class="table cards configurations" role="table">
                    <caption class="sr-only">"Configurations, the highest priority first"</caption>
                    <thead role="rowgroup">
                        <tr role="row">
                            <th scope="col" role="columnheader" class="num">"Priority"</th>
                            <th scope="col" role="columnheader">"Configuration"</th>
                            <th scope="col" role="columnheader">"Target"</th>
                            <th scope="col" role="columnheader" class="num">"Targeted"</th>
                            <th scope="col" role="columnheader" class="num">"Applied"</th>
                            <th scope="col" role="columnheader" class="num">"Drift"</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{rows}</tbody>
                </table>
            </TableWrap>
        }
        .into_any()
    };
    let conflicts = move || {
        let conflicts = found.with(|found| found.conflicts.clone());
        (!conflicts.is_empty()).then(|| {
            view! {
                <div class="mt-6">
                    <Section id="conflicts" title="Conflicts" rule=true>
                        {conflict_table(conflicts)}
                    </Section>
                </div>
            }
        })
    };
    let actions = move || {
        may_keep.then(|| {
            view! {
                <LinkButton href=NEW kind=ButtonKind::Primary icon="i-plus">"New configuration"</LinkButton>
            }
        })
    };
    view! {
        <Page title="Configurations">
            <PageHead title="Configurations" facts=move || view! { {facts} " " <Stamp ms=stamp/> } actions=actions/>
            {dynamic(body)}
            {dynamic(conflicts)}
        </Page>
    }
    .into_any()
}

fn nothing_yet(may_keep: bool) -> AnyView {
    let actions = move || {
        may_keep
            .then(|| view! { <LinkButton href=NEW icon="i-plus">"New configuration"</LinkButton> })
    };
    view! {
        <EmptyState title="No configuration yet" first_time=true actions=actions>
            "A configuration sets desired properties on every device that a condition keeps, also on those that come later."
        </EmptyState>
    }
    .into_any()
}

fn row(row: &ConfigurationRow) -> AnyView {
    let href = routes::configuration(&row.id);
    view! {
        <tr role="row">
            <td role="cell" data-label="Priority" class="num">{row.priority}</td>
            <th scope="row" role="rowheader"><a class="id" href=href>{row.id.clone()}</a></th>
            <td role="cell" class="wrap c-target">{target(row)}</td>
            <td role="cell" data-label="Targeted" class="num">{counted(row, 0, row.targeted)}</td>
            <td role="cell" data-label="Applied" class="num">{counted(row, 1, row.applied)}</td>
            <td role="cell" data-label="Drift" class="num">{drifting(row)}</td>
        </tr>
    }
    .into_any()
}

/// The target condition in words or as it is written.
pub(super) fn target(row: &ConfigurationRow) -> AnyView {
    let all = match row.covers {
        Covers::Devices => "all devices",
        Covers::Modules => "all modules",
        Covers::Edge => "edge devices, of which there are none",
    };
    match row.target.as_str() {
        "" => view! { <span class="dim">"none"</span> }.into_any(),
        "*" => all.into_any(),
        _ if row.covers == Covers::Edge => all.into_any(),
        target => view! { <code>{target.to_owned()}</code> }.into_any(),
    }
}

/// A number of devices, with the list of them.
pub(super) fn counted(row: &ConfigurationRow, list: usize, n: u64) -> AnyView {
    if row.evaluated_ms.is_none() {
        return view! { <span class="dim">"counting"</span> }.into_any();
    }
    match &row.lists {
        Some(lists) if n > 0 => {
            let href = lists[list].clone();
            view! { <Count n=Signal::stored(n) href=href/> }.into_any()
        }
        _ => view! { <Count n=Signal::stored(n)/> }.into_any(),
    }
}

/// The devices that drift; of modules nothing is known.
pub(super) fn drifting(row: &ConfigurationRow) -> AnyView {
    if row.covers == Covers::Devices {
        counted(row, 2, row.drifted)
    } else {
        view! { <span class="dim">{format::DASH}</span> }.into_any()
    }
}
