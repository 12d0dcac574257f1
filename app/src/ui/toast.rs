//! Toasts: what was done, with a way back for ten seconds.

use leptos::children::ViewFnOnce;
use leptos::prelude::*;

use super::Icon;

/// Where toasts appear, and from where they are read aloud. One per page.
#[component]
pub fn ToastRegion(
    /// The [`Toast`]s of the moment.
    children: Children,
) -> impl IntoView {
    view! { <div class="toasts" aria-live="polite">{children()}</div> }.into_any()
}

/// One line.
#[component]
pub fn Toast(
    /// What was done: "Tag haccp added to 48,210".
    children: Children,
    /// A symbol before the words.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// The way back: a plain `<button>`.
    #[prop(optional, into)]
    action: Option<ViewFnOnce>,
) -> impl IntoView {
    view! {
        <div class="toast">
            {icon.map(|icon| view! { <Icon name=icon/> })}
            <span>{children()}</span>
            {action.map(ViewFnOnce::run)}
        </div>
    }
    .into_any()
}
