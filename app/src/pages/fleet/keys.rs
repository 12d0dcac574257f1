//! Single keys on the list: `/` to the filter, `j` and `k` from row to row, Enter opens.

use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement, KeyboardEvent};
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::filter_bar::FIELD;

/// What a key does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Deed {
    /// To the filter.
    Filter,
    /// To another row.
    Move(usize),
    /// Opens the row.
    Open(usize),
}

/// Listens for the keys for as long as the list is there. `links` are the pages of its rows.
pub(super) fn use_row_keys(links: Vec<String>, cursor: RwSignal<Option<usize>>) {
    let navigate = use_navigate();
    Effect::new(move |_| {
        let (links, navigate) = (links.clone(), navigate.clone());
        let listener = window_event_listener(ev::keydown, move |event| {
            if event.ctrl_key() || event.meta_key() || event.alt_key() || is_typing(&event) {
                return;
            }
            let on_control = event.key() == "Enter" && is_control(&event);
            let Some(deed) =
                deed(&event.key(), cursor.get_untracked(), links.len()).filter(|_| !on_control)
            else {
                return;
            };
            event.prevent_default();
            match deed {
                Deed::Filter => focus_filter(),
                Deed::Move(row) => {
                    cursor.set(Some(row));
                    show(row);
                }
                Deed::Open(row) => navigate(&links[row], NavigateOptions::default()),
            }
        });
        on_cleanup(move || listener.remove());
    });
}

fn deed(key: &str, cursor: Option<usize>, rows: usize) -> Option<Deed> {
    let last = rows.checked_sub(1);
    match (key, cursor, last) {
        ("/", _, _) => Some(Deed::Filter),
        ("j", None, Some(_)) => Some(Deed::Move(0)),
        ("j", Some(row), Some(last)) => Some(Deed::Move((row + 1).min(last))),
        ("k", None, Some(last)) => Some(Deed::Move(last)),
        ("k", Some(row), Some(_)) => Some(Deed::Move(row.saturating_sub(1))),
        ("Enter", Some(row), Some(last)) if row <= last => Some(Deed::Open(row)),
        _ => None,
    }
}

fn target(event: &KeyboardEvent) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

fn is_typing(event: &KeyboardEvent) -> bool {
    target(event).is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
            || element.has_attribute("contenteditable")
    })
}

/// Whether Enter already means something where the focus is.
fn is_control(event: &KeyboardEvent) -> bool {
    target(event)
        .is_some_and(|element| matches!(element.tag_name().as_str(), "A" | "BUTTON" | "SUMMARY"))
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
        check("j", None, 0, None);
        check("j", None, 3, Some(Deed::Move(0)));
        check("j", Some(2), 3, Some(Deed::Move(2)));
        check("k", Some(0), 3, Some(Deed::Move(0)));
        check("k", None, 3, Some(Deed::Move(2)));
        check("Enter", None, 3, None);
        check("Enter", Some(1), 3, Some(Deed::Open(1)));
        check("x", Some(1), 3, None);
    }
}
