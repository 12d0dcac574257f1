//! The WASM entry: takes over the page that the server rendered.

/// Hydrates the page and marks `<html data-hydrated>`: from then on the page answers to the keyboard and the mouse.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    muster_app::hydrate();
    let document = leptos::prelude::document();
    if let Some(html) = document.document_element() {
        html.set_attribute("data-hydrated", "")
            .expect("a plain name is a valid attribute name");
    }
}
