//! Rows of tools.

use leptos::prelude::*;

/// Tools above a table. Put what belongs to the right into an element with the class `end`.
#[component]
pub fn Toolbar(
    /// What the tools work on.
    #[prop(into)]
    label: String,
    /// The tools.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="toolbar" role="group" aria-label=label>
            {children()}
        </div>
    }
    .into_any()
}

/// Buttons that belong together and stand without a space, as the ranges of a chart.
#[component]
pub fn ButtonGroup(
    /// What they choose among.
    #[prop(into)]
    label: String,
    /// [`super::Button`]s or [`super::LinkButton`]s.
    children: Children,
) -> impl IntoView {
    view! {
        <span class="btns" role="group" aria-label=label>
            {children()}
        </span>
    }
    .into_any()
}
