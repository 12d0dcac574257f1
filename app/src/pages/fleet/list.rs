//! The list itself: real rows, whose cells follow the devices.

use std::collections::HashMap;

use leptos::ev::Event;
use leptos::prelude::*;
use leptos::web_sys::HtmlInputElement;
use muster_core::ids::DeviceId;

use super::address::{Column, FleetAddress, SortBy};
use super::keys::{RowKeys, use_row_keys};
use super::row::{Changing, Following, class_of, device_row};
use super::selection::{Hand, Selection};
use crate::clock::use_now;
use crate::live::wire::RowNews;
use crate::live::{Item, Topic, use_live};
use crate::panels::refresh::{Refresh, use_refreshed};
use crate::reactive::effect;
use crate::rpc::fleet::{FleetRow, RowValues, read_values};
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
    /// The selection and the preview.
    hand: Hand,
) -> impl IntoView {
    let now = use_now();
    let keys = RowKeys {
        cursor: RwSignal::new(None),
        anchor: RwSignal::new(None),
        hand,
    };
    let ids: Vec<DeviceId> = rows.iter().map(|row| row.id.clone()).collect();
    use_row_keys(ids.clone(), keys);
    let whole = whole_page(ids.clone(), hand);
    let signals: HashMap<DeviceId, Following> = rows
        .iter()
        .map(|row| (row.id.clone(), Following::new(row)))
        .collect();
    let values = use_values(&ids, &columns, signals.clone());
    let body = rows
        .into_iter()
        .enumerate()
        .map(|(index, row)| {
            let following = signals[&row.id];
            device_row(index, row, &columns, following, now, keys)
        })
        .collect_view();
    use_live(
        move || vec![Topic::Rows(ids.clone())],
        move |item| {
            let news: &[RowNews] = match item {
                Item::Rows(news) => news,
                Item::Resync => return ask(values),
                _ => return,
            };
            let mut old = false;
            for news in news {
                if let Some(following) = signals.get(&news.id) {
                    set_other(following.changing, Changing::from(news));
                    old |= news.values;
                }
            }
            if old {
                ask(values);
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
                        <th scope="col" class="c-x"><span class="sr-only">"Selected"</span>{whole}</th>
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
            <span><kbd class="kbd">"x"</kbd>" select"</span>
            <span><kbd class="kbd">"Space"</kbd>" preview"</span>
            <span><kbd class="kbd">"Enter"</kbd>" open"</span>
        </p>
    }
    .into_any()
}

/// Reads again what columns of tags and properties show, when asked; nothing where there are none.
fn use_values(
    ids: &[DeviceId],
    columns: &[Column],
    rows: HashMap<DeviceId, Following>,
) -> Option<Refresh> {
    if !columns.iter().any(Column::is_plain) {
        return None;
    }
    let names: Vec<&str> = ids.iter().map(DeviceId::as_str).collect();
    let ids = names.join("|");
    let query = FleetAddress {
        columns: Some(columns.to_vec()),
        ..FleetAddress::default()
    };
    let query = query.query();
    let (read, refresh) =
        use_refreshed(Vec::new(), move || read_values(ids.clone(), query.clone()));
    effect(move || {
        read.with(|read| {
            for RowValues { id, values } in read {
                if let Some(following) = rows.get(id) {
                    set_other(following.values, values.clone());
                }
            }
        });
    });
    Some(refresh)
}

/// Nobody is told of what is as it was.
fn set_other<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, newest: T) {
    if signal.with_untracked(|shown| *shown != newest) {
        signal.set(newest);
    }
}

fn ask(values: Option<Refresh>) {
    if let Some(values) = values {
        values.ask();
    }
}

/// The box that selects the page, or takes it out.
fn whole_page(ids: Vec<DeviceId>, hand: Hand) -> AnyView {
    let on_page = ids.clone();
    let selected = Memo::new(move |_| {
        hand.selection
            .with(|selection| on_page.iter().filter(|id| selection.has(id)).count())
    });
    let (some, every) = (move || selected.get() > 0, {
        let rows = ids.len();
        move || selected.get() == rows
    });
    let choose = move |event: Event| {
        let field = event_target::<HtmlInputElement>(&event);
        let wanted = field.checked();
        hand.selection
            .update(|selection| selection.set(&ids, wanted));
        // Where there was no room for all the box goes back.
        let has = |selection: &Selection| ids.iter().all(|id| selection.has(id));
        field.set_checked(hand.selection.with_untracked(has));
    };
    view! {
        <input
            type="checkbox"
            class="js-only"
            aria-label="Select all rows of this page"
            prop:checked=every
            prop:indeterminate=move || some() && !every()
            on:change=choose
        />
    }
    .into_any()
}

fn head(address: &FleetAddress, column: &Column) -> AnyView {
    let by = SortBy::Column(column.clone());
    let (class, sort) = (class_of(column), sort_of(address, &by));
    let href = address.sorted(by).href();
    view! { <SortHead label=column.title() href=href sort=sort class=class/> }.into_any()
}

fn sort_of(address: &FleetAddress, by: &SortBy) -> Option<Sort> {
    (address.sort == *by).then_some(if address.descending {
        Sort::Descending
    } else {
        Sort::Ascending
    })
}
