//! The list itself: real rows, whose cells follow the devices.

use std::collections::HashMap;

use leptos::prelude::*;
use muster_core::ids::DeviceId;

use super::address::{Column, FleetAddress, SortBy};
use super::keys::use_row_keys;
use super::row::{Changing, class_of, device_row};
use crate::clock::use_now;
use crate::live::{Item, Topic, use_live};
use crate::routes;
use crate::rpc::fleet::FleetRow;
use crate::ui::{Sort, SortHead, TableWrap};

/// The table.
#[component]
pub(super) fn DeviceTable(
    /// The state of the page.
    address: FleetAddress,
    /// The columns beside the device's id.
    columns: Vec<Column>,
    /// The rows of the page.
    rows: Vec<FleetRow>,
) -> impl IntoView {
    let now = use_now();
    let cursor = RwSignal::new(None::<usize>);
    use_row_keys(
        rows.iter().map(|row| routes::device(&row.id)).collect(),
        cursor,
    );
    let ids: Vec<DeviceId> = rows.iter().map(|row| row.id.clone()).collect();
    let signals: HashMap<DeviceId, RwSignal<Changing>> = rows
        .iter()
        .map(|row| (row.id.clone(), RwSignal::new(Changing::from(row))))
        .collect();
    let body = rows
        .into_iter()
        .enumerate()
        .map(|(index, row)| {
            let changing = signals[&row.id];
            device_row(index, row, &columns, changing, now, cursor)
        })
        .collect_view();
    use_live(
        move || vec![Topic::Rows(ids.clone())],
        move |item| {
            let Item::Rows(news) = item else { return };
            for news in news {
                if let Some(signal) = signals.get(&news.id) {
                    let newest = Changing::from(news);
                    if signal.with_untracked(|shown| *shown != newest) {
                        signal.set(newest);
                    }
                }
            }
        },
    );
    let heads = columns
        .iter()
        .map(|column| head(&address, column))
        .collect_view();
    let device = sort_of(&address, &SortBy::Device);
    view! {
        <TableWrap>
            <table class="table devices">
                <caption class="sr-only">"Devices"</caption>
                <thead>
                    <tr>
                        <SortHead label="Device" href=address.sorted(SortBy::Device).href() sort=device class="c-dev"/>
                        {heads}
                        <th scope="col" class="c-menu"><span class="sr-only">"Columns"</span></th>
                    </tr>
                </thead>
                <tbody>{body}</tbody>
            </table>
        </TableWrap>
        <p class="keys mt-3">
            <span><kbd class="kbd">"/"</kbd>" filter"</span>
            <span><kbd class="kbd">"j"</kbd><kbd class="kbd">"k"</kbd>" move"</span>
            <span><kbd class="kbd">"Enter"</kbd>" open"</span>
        </p>
    }
    .into_any()
}

fn head(address: &FleetAddress, column: &Column) -> AnyView {
    let class = class_of(column);
    match column.sort() {
        Some(by) => {
            let sort = sort_of(address, &by);
            let href = address.sorted(by).href();
            view! { <SortHead label=column.title() href=href sort=sort class=class/> }.into_any()
        }
        None => view! { <th scope="col" class=class>{column.title()}</th> }.into_any(),
    }
}

fn sort_of(address: &FleetAddress, by: &SortBy) -> Option<Sort> {
    (address.sort == *by).then_some(if address.descending {
        Sort::Descending
    } else {
        Sort::Ascending
    })
}
