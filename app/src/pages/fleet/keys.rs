//! Keys on the list: `/` to the filter, `j` and `k` from row to row, `x` selects, Space previews, Enter opens.

use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{HtmlElement, KeyboardEvent};
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use muster_core::ids::DeviceId;

use super::filter_bar::FIELD;
use super::selection::{Hand, Selection};
use crate::keys::{is_control, is_in_popup, is_typing, single_keys};
use crate::reactive::effect;
use crate::routes;

/// What a key does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Deed {
    /// To the filter.
    Filter,
    /// To another row.
    Move(usize),
    /// Opens the row.
    Open(usize),
    /// Shows the row beside the list, or no longer.
    Preview(usize),
    /// Selects the row, or takes it out.
    Select(usize),
    /// Selects all rows from the one selected last to this one.
    SelectTo(usize),
    /// Selects the whole page.
    SelectPage,
    /// Closes the preview, then takes back the selection.
    Back,
}

/// The list as keys see it.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowKeys {
    /// The row the keys are on.
    pub(super) cursor: RwSignal<Option<usize>>,
    /// The row that was selected last.
    pub(super) anchor: RwSignal<Option<usize>>,
    pub(super) hand: Hand,
}

/// Listens for the keys for as long as the list is there.
pub(super) fn use_row_keys(ids: Vec<DeviceId>, rows: RowKeys) {
    let navigate = use_navigate();
    effect(move || {
        let (ids, navigate) = (ids.clone(), navigate.clone());
        let listener = window_event_listener(ev::keydown, move |event| {
            if is_in_popup(&event) {
                return;
            }
            let Some(deed) = meant(&event, rows.cursor.get_untracked(), ids.len()) else {
                return;
            };
            if deed != Deed::Back {
                event.prevent_default();
            }
            match deed {
                Deed::Open(row) => {
                    navigate(&routes::device(&ids[row]), NavigateOptions::default());
                }
                deed => perform(deed, &ids, rows),
            }
        });
        on_cleanup(move || listener.remove());
    });
}

/// What a key on the page means, if anything.
fn meant(event: &KeyboardEvent, cursor: Option<usize>, rows: usize) -> Option<Deed> {
    let key = event.key();
    if event.alt_key() || is_typing(event) {
        return None;
    }
    if event.ctrl_key() || event.meta_key() {
        return (key == "a" && rows > 0).then_some(Deed::SelectPage);
    }
    if matches!(key.as_str(), "Enter" | " ") && is_control(event) {
        return None;
    }
    let is_single = key.chars().count() == 1 && key != " ";
    if is_single && !single_keys() {
        return None;
    }
    deed(&key, cursor, rows)
}

fn deed(key: &str, cursor: Option<usize>, rows: usize) -> Option<Deed> {
    let last = rows.checked_sub(1);
    match (key, cursor, last) {
        ("/", _, _) => Some(Deed::Filter),
        ("Escape", _, _) => Some(Deed::Back),
        ("j", None, Some(_)) => Some(Deed::Move(0)),
        ("j", Some(row), Some(last)) => Some(Deed::Move((row + 1).min(last))),
        ("k", None, Some(last)) => Some(Deed::Move(last)),
        ("k", Some(row), Some(_)) => Some(Deed::Move(row.saturating_sub(1))),
        (key, Some(row), Some(last)) if row <= last => match key {
            "Enter" => Some(Deed::Open(row)),
            " " => Some(Deed::Preview(row)),
            "x" => Some(Deed::Select(row)),
            "X" => Some(Deed::SelectTo(row)),
            _ => None,
        },
        _ => None,
    }
}

fn perform(deed: Deed, ids: &[DeviceId], rows: RowKeys) {
    let hand = rows.hand;
    match deed {
        Deed::Filter => focus_filter(),
        Deed::Move(row) => {
            rows.cursor.set(Some(row));
            show(row);
            if hand.preview.with_untracked(Option::is_some) {
                hand.preview.set(Some(ids[row].clone()));
            }
        }
        Deed::Preview(row) => hand.toggle_preview(&ids[row]),
        Deed::Select(row) => select(ids, row, row, rows),
        Deed::SelectTo(row) => {
            let from = rows.anchor.get_untracked().unwrap_or(row);
            select(ids, from, row, rows);
        }
        Deed::SelectPage => hand.selection.update(|selection| selection.set(ids, true)),
        Deed::Back if hand.preview.with_untracked(Option::is_some) => hand.preview.set(None),
        Deed::Back => {
            if hand
                .selection
                .with_untracked(|selection| *selection != Selection::none())
            {
                hand.selection.set(Selection::none());
            }
        }
        Deed::Open(_) => {}
    }
}

/// Brings all rows between two to the other state of the second.
pub(super) fn select(ids: &[DeviceId], from: usize, to: usize, rows: RowKeys) {
    let between = &ids[from.min(to)..=from.max(to)];
    rows.hand.selection.update(|selection| {
        let selected = !selection.has(&ids[to]);
        selection.set(between, selected);
    });
    rows.anchor.set(Some(to));
}

fn focus_filter() {
    let field = document().get_element_by_id(FIELD);
    if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
        // Fails only for elements that are not in the page.
        let _ = field.focus();
    }
}

/// The id of a row's element.
pub(super) fn row_id(row: usize) -> String {
    format!("row-{row}")
}

fn show(row: usize) {
    let link = document()
        .get_element_by_id(&row_id(row))
        .and_then(|row| row.query_selector("a.id").ok()?);
    if let Some(link) = link.and_then(|link| link.dyn_into::<HtmlElement>().ok()) {
        // The focus goes along: it scrolls the row into view, and screen readers say where one is.
        let _ = link.focus();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stay_within_the_list() {
        let check =
            |key, cursor, rows, want| assert_eq!(deed(key, cursor, rows), want, "{key} {cursor:?}");
        check("/", None, 0, Some(Deed::Filter));
        check("Escape", None, 0, Some(Deed::Back));
        check("j", None, 0, None);
        check("j", None, 3, Some(Deed::Move(0)));
        check("j", Some(2), 3, Some(Deed::Move(2)));
        check("k", Some(0), 3, Some(Deed::Move(0)));
        check("k", None, 3, Some(Deed::Move(2)));
        check("Enter", None, 3, None);
        check("Enter", Some(1), 3, Some(Deed::Open(1)));
        check(" ", Some(1), 3, Some(Deed::Preview(1)));
        check(" ", None, 3, None);
        check("x", Some(1), 3, Some(Deed::Select(1)));
        check("X", Some(1), 3, Some(Deed::SelectTo(1)));
        check("x", Some(3), 3, None);
        check("q", Some(1), 3, None);
    }
}
