//! The landmark that holds a page.

use std::cell::RefCell;

use leptos::html::Main;
use leptos::prelude::*;
use leptos::web_sys::HtmlElement;
use leptos_meta::Title;
use leptos_router::hooks::use_location;

use crate::reactive::effect;

thread_local! {
    /// The page that had the focus last; empty before the first.
    static SHOWN: RefCell<String> = const { RefCell::new(String::new()) };
}

/// A page inside the shell: its name in the window title, its content in the main landmark.
#[component]
pub fn Page(
    /// The name in the window title.
    #[prop(into)]
    title: Signal<String>,
    /// A class of this page beside `page`.
    #[prop(optional)]
    class: &'static str,
    /// The content.
    children: Children,
) -> impl IntoView {
    let class = if class.is_empty() {
        "page".to_owned()
    } else {
        ["page ", class].concat()
    };
    let main = NodeRef::<Main>::new();
    let path = use_location().pathname;
    effect(move || {
        if let Some(main) = main.get() {
            focus_new_page(&main, path.get_untracked());
        }
    });
    view! {
        {window_title(title)}
        <main id="main" class=class tabindex="-1" node_ref=main>
            {children()}
        </main>
    }
}

/// The server writes the window title last, when signals of the page may be gone: there it is text.
fn window_title(title: Signal<String>) -> impl IntoView {
    #[cfg(feature = "ssr")]
    let text = title.get_untracked();
    #[cfg(not(feature = "ssr"))]
    let text = move || title.get();
    view! { <Title text=text/> }
}

/// After a step inside the application the focus goes to the new page, as the browser does it after loading one.
fn focus_new_page(main: &HtmlElement, path: String) {
    let before = SHOWN.replace(path.clone());
    let is_lost = || {
        let focused = document().active_element();
        focused.is_none_or(|element| element.tag_name() == "BODY")
    };
    if !before.is_empty() && (before != path || is_lost()) {
        let main = main.clone();
        // A new page is built before it is put in place.
        request_animation_frame(move || {
            // Without the focus the page is still there.
            let _ = main.focus();
        });
    }
}

/// A page without the shell, for people who have not signed in.
#[component]
pub fn Bare(
    /// The name in the window title.
    #[prop(into)]
    title: String,
    /// The content.
    children: Children,
) -> impl IntoView {
    view! {
        <Title text=title/>
        <main id="main" class="page">
            {children()}
        </main>
    }
}
