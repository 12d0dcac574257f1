//! Terms and values.

use leptos::prelude::*;

/// A list of terms.
#[component]
pub fn KeyValues(
    /// [`KeyValue`]s.
    children: Children,
) -> impl IntoView {
    view! { <dl class="kv">{children()}</dl> }.into_any()
}

/// A term and its value.
#[component]
pub fn KeyValue(
    /// The term.
    #[prop(into)]
    term: String,
    /// The value.
    children: Children,
) -> impl IntoView {
    view! {
        <dt>{term}</dt>
        <dd>{children()}</dd>
    }
    .into_any()
}
