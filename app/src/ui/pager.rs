//! Paging by key, in both directions.

use leptos::prelude::*;

use super::{Icon, LinkButton};
use crate::reactive::dynamic;
use crate::ui::ButtonSize;

/// "1–25 of 48,210" and the ways on.
#[component]
pub fn Pager(
    /// Where this page is, and how it is sorted.
    children: Children,
    /// The page before; none on the first.
    #[prop(into)]
    previous: Signal<Option<String>>,
    /// The page after; none on the last.
    #[prop(into)]
    next: Signal<Option<String>>,
) -> impl IntoView {
    let previous = move || {
        let href = previous.get();
        let off = href.is_none();
        view! {
            <LinkButton href=href.unwrap_or_default() off=off size=ButtonSize::Small icon="i-chev-l">
                <span>"Previous"</span>
            </LinkButton>
        }
    };
    let next = move || {
        let href = next.get();
        let off = href.is_none();
        view! {
            <LinkButton href=href.unwrap_or_default() off=off size=ButtonSize::Small>
                <span>"Next"</span>
                <Icon name="i-chev-r"/>
            </LinkButton>
        }
    };
    view! {
        <nav class="pager mt-4" aria-label="Pages">
            <span class="meta">{children()}</span>
            <span class="row">
                {dynamic(previous)}
                {dynamic(next)}
            </span>
        </nav>
    }
    .into_any()
}
