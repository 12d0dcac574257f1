//! The keyboard: whether single keys act on pages, which a person can switch off (WCAG 2.1.4), and where a key was
//! pressed.

#[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
use leptos::prelude::window;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlInputElement, KeyboardEvent};

/// Where the browser keeps that single keys are off.
#[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
const KEY: &str = "muster-single-keys";

/// Whether single letters and signs act on pages.
#[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
pub fn single_keys() -> bool {
    let storage = window().local_storage().ok().flatten();
    storage.and_then(|storage| storage.get_item(KEY).ok().flatten()) != Some("off".to_owned())
}

/// Whether single letters and signs act on pages.
#[cfg(not(all(feature = "hydrate", target_arch = "wasm32")))]
pub fn single_keys() -> bool {
    true
}

/// Switches them on or off, in this browser. A browser that keeps nothing leaves them on.
#[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
pub fn set_single_keys(on: bool) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = match on {
            true => storage.remove_item(KEY),
            false => storage.set_item(KEY, "off"),
        };
    }
}

/// Switches them on or off, in this browser.
#[cfg(not(all(feature = "hydrate", target_arch = "wasm32")))]
pub fn set_single_keys(_on: bool) {}

/// The element a key was pressed on.
fn target(event: &KeyboardEvent) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// Whether the key is text for a field. Boxes to tick take no text.
pub fn is_typing(event: &KeyboardEvent) -> bool {
    target(event).is_some_and(|element| match element.tag_name().as_str() {
        "INPUT" => !is_box(&element),
        "TEXTAREA" | "SELECT" => true,
        _ => element.has_attribute("contenteditable"),
    })
}

fn is_box(element: &Element) -> bool {
    element
        .dyn_ref::<HtmlInputElement>()
        .is_some_and(|input| matches!(input.type_().as_str(), "checkbox" | "radio"))
}

/// Whether Enter or Space already means something where the focus is.
pub fn is_control(event: &KeyboardEvent) -> bool {
    target(event).is_some_and(|element| match element.tag_name().as_str() {
        // A link is followed by Enter and knows no Space.
        "A" => event.key() == "Enter",
        "BUTTON" | "SUMMARY" | "INPUT" => true,
        _ => false,
    })
}

/// Whether the key belongs to a menu or dialog that is open around it.
pub fn is_in_popup(event: &KeyboardEvent) -> bool {
    let inside = |element: Element| element.closest("details.menu[open], dialog").ok().flatten();
    target(event).and_then(inside).is_some()
}
