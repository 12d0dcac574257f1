//! The field of the query bar, as the page has it.

use leptos::prelude::document;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlInputElement;

use super::super::suggest::{byte_at, units_at};
use super::FIELD;

fn element() -> Option<HtmlInputElement> {
    document().get_element_by_id(FIELD)?.dyn_into().ok()
}

/// What is written there.
pub(super) fn text() -> Option<String> {
    Some(element()?.value())
}

/// Where the cursor is in the text, in bytes; at the end where that is not known.
pub(super) fn cursor(text: &str) -> usize {
    let units = element().and_then(|field| field.selection_start().ok().flatten());
    units.map_or(text.len(), |units| byte_at(text, units as usize))
}

/// Writes a text and puts the cursor behind so many of its bytes.
pub(super) fn set(text: &str, cursor: usize) {
    if let Some(field) = element() {
        field.set_value(text);
        let units = units_at(text, cursor);
        // Fails only for fields without text.
        let _ = field.set_selection_range(units, units);
    }
}

/// Marks the text from a byte on, where something is wrong.
pub(super) fn point_at(text: &str, byte: usize) {
    if let Some(field) = element() {
        // Fails only for fields without text.
        let _ = field.set_selection_range(units_at(text, byte), units_at(text, text.len()));
    }
}

/// Gives the field the focus.
pub(super) fn focus() {
    if let Some(field) = element() {
        // Fails only for elements that are not in the page.
        let _ = field.focus();
    }
}
