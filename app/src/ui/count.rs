//! A number that counts devices is a link to exactly those devices.

use leptos::prelude::*;

use crate::format;
use crate::reactive::dynamic;

/// A count. With `href` it is a link; without, as on paper, plain text.
#[component]
pub fn Count(
    /// How many.
    #[prop(into)]
    n: Signal<u64>,
    /// The list that shows the same number.
    #[prop(optional, into)]
    href: Option<String>,
) -> impl IntoView {
    let text = move || format::count(n.get());
    match href {
        Some(href) => view! { <a class="n" href=href>{dynamic(text)}</a> }.into_any(),
        None => view! { <span class="nowrap">{dynamic(text)}</span> }.into_any(),
    }
}
