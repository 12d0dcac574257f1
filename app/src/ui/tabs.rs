//! Tabs and saved views: links, so that each has an address.

use leptos::prelude::*;

use crate::format;

/// One tab.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tab {
    /// Its name.
    pub label: String,
    /// Its address.
    pub href: String,
    /// How many it holds.
    pub count: Option<u64>,
    /// It is in view.
    pub current: bool,
}

/// A row of tabs.
#[component]
pub fn Tabs(
    /// What the row chooses among: "Saved views".
    #[prop(into)]
    label: String,
    /// The tabs.
    #[prop(into)]
    tabs: Signal<Vec<Tab>>,
) -> impl IntoView {
    let tabs =
        move || {
            tabs.get()
            .into_iter()
            .map(|tab| view! {
                <a href=tab.href aria-current=tab.current.then_some("page")>
                    <span>{tab.label}</span>
                    {tab.count.map(|n| view! { <span class="cnt">{format::count(n)}</span> })}
                </a>
            })
            .collect_view()
        };
    view! {
        <nav class="tabs" aria-label=label>
            {tabs}
        </nav>
    }
    .into_any()
}
