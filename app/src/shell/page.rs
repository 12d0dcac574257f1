//! The landmark that holds a page.

use leptos::prelude::*;
use leptos_meta::Title;

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
    view! {
        <Title text=move || title.get()/>
        <main id="main" class=class tabindex="-1">
            {children()}
        </main>
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
