//! Tags.

use leptos::prelude::*;

/// A name, or a name and its value.
#[component]
pub fn Tag(
    /// The path or the word.
    #[prop(into)]
    name: String,
    /// The value, where there is one.
    #[prop(optional, into)]
    value: Option<String>,
) -> impl IntoView {
    view! {
        <span class="tag">
            {name}
            {value.map(|value| view! { <b>{value}</b> })}
        </span>
    }
    .into_any()
}

/// Several tags in a row.
#[component]
pub fn Tags(
    /// [`Tag`]s.
    children: Children,
) -> impl IntoView {
    view! { <span class="tags">{children()}</span> }.into_any()
}
