//! Links that the router would misread.

use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

/// Leaves links to the browser whose path holds an encoded percent sign, as of the device `a%20b`: the router decodes
/// them once too often (leptos_router 0.8.17, `handle_anchor_click`). Listens before the router when called before it
/// is made. On the server nothing is clicked.
pub(crate) fn leave_odd_links_to_the_browser() {
    if cfg!(not(feature = "hydrate")) {
        return;
    }
    let _lasts_for_the_visit = window_event_listener(ev::click, |event| {
        let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
        let link = target.and_then(|target| target.closest("a[href]").ok().flatten());
        let Some(link) = link else { return };
        let href = link.get_attribute("href").unwrap_or_default();
        if is_odd(&href) {
            // Without the mark the router takes the link, as it does with all others.
            let _ = link.set_attribute("rel", "external");
        }
    });
}

fn is_odd(href: &str) -> bool {
    let path = href.split(['?', '#']).next().unwrap_or_default();
    path.contains("%25")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_encoded_percent_signs_in_the_path_are_odd() {
        let check = |href: &str, want| assert_eq!(is_odd(href), want, "{href}");
        check("/devices/a%2520b", true);
        check("/devices/a%23b", false);
        check("/fleet?q=a%2520b", false);
    }
}
