//! Where the page is in the list, and the ways on.

use leptos::prelude::*;

use super::address::{FleetAddress, Rows};
use crate::format;
use crate::reactive::dynamic;
use crate::ui::Pager;

/// "1–25 of 48,210", the order, the number of rows, previous and next.
#[component]
pub(super) fn Paging(
    /// The state of the page.
    address: FleetAddress,
    /// Rows in view.
    shown: usize,
    /// Rows of the whole list.
    total: Signal<u64>,
    /// Cursor of the page before.
    previous: Option<String>,
    /// Cursor of the page after.
    next: Option<String>,
) -> impl IntoView {
    let before = before(&address, previous.is_some());
    let shown = u32::try_from(shown).unwrap_or(u32::MAX);
    let last = before.saturating_add(shown);
    let rows = u32::try_from(address.rows.count()).unwrap_or(u32::MAX);
    let previous = previous.map(|cursor| address.at(cursor, before.saturating_sub(rows)).href());
    let next = next.map(|cursor| address.at(cursor, last).href());
    let place = move || place(before, last, total.get());
    let order = format!("sorted by {}", address.sort.title());
    let choices = Rows::ALL
        .into_iter()
        .map(|rows| {
            let current = rows == address.rows;
            let href = FleetAddress {
                rows,
                ..address.first_page()
            }
            .href();
            view! {
                <a href=href aria-current=current.then_some("true")>{rows.count().to_string()}</a>
            }
        })
        .collect_view();
    view! {
        <Pager previous=previous next=next>
            <span>{dynamic(place)}</span>
            <span class="sep"></span>
            <span>{order}</span>
            <span class="sep"></span>
            <span class="row-counts">"Rows "{choices}</span>
        </Pager>
    }
    .into_any()
}

/// Rows before the page, as far as its address knows. The first page always has none.
fn before(address: &FleetAddress, has_previous: bool) -> u32 {
    if has_previous { address.before } else { 0 }
}

/// The list may have changed since the address was made, so the whole is never less than what is in view.
fn place(before: u32, last: u32, total: u64) -> String {
    let first = format::count(u64::from(before) + 1);
    let total = format::count(total.max(u64::from(last)));
    format!(
        "{first}\u{2013}{} of {total}",
        format::count(u64::from(last))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_from_one() {
        let check = |before, last, total, want: &str| assert_eq!(place(before, last, total), want);
        check(0, 25, 48_210, "1–25 of 48,210");
        check(1000, 1003, 1003, "1,001–1,003 of 1,003");
        check(50, 75, 60, "51–75 of 75");
    }

    #[test]
    fn the_first_page_begins_at_one() {
        let address = FleetAddress::default().at("x".to_owned(), 25);
        assert_eq!(before(&address, true), 25);
        assert_eq!(before(&address, false), 0);
    }
}
