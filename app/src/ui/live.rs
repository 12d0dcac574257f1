//! Whether the page follows the hub.

use leptos::prelude::*;

use super::Icon;

use crate::reactive::dynamic;

/// The stream of changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LiveStatus {
    /// Changes arrive.
    Live,
    /// Nothing for a while; says since when: "Last update 2 min ago".
    Stale(String),
    /// No stream; says what happens next: "Reconnecting, next try in 8 s".
    Down(String),
    /// This page was written once and does not follow: "Loaded 14:32".
    Still(String),
}

/// The live state in the top bar. The only `role="status"` of a page.
#[component]
pub fn LiveState(
    /// The stream of changes.
    #[prop(into)]
    status: Signal<LiveStatus>,
) -> impl IntoView {
    let class = move || match status.get() {
        LiveStatus::Live => "live",
        LiveStatus::Still(_) => "live live--still",
        LiveStatus::Stale(_) => "live live--stale",
        LiveStatus::Down(_) => "live live--down",
    };
    let icon = move || match status.get() {
        LiveStatus::Live => view! { <Icon name="s-live"/> },
        LiveStatus::Stale(_) | LiveStatus::Still(_) => view! { <Icon name="s-stale"/> },
        LiveStatus::Down(_) => view! { <Icon name="s-silent"/> },
    };
    let words = move || match status.get() {
        LiveStatus::Live => "Live".to_owned(),
        LiveStatus::Stale(words) | LiveStatus::Down(words) | LiveStatus::Still(words) => words,
    };
    view! {
        <span class=class role="status">
            {dynamic(icon)}
            <span>{dynamic(words)}</span>
        </span>
    }
    .into_any()
}
