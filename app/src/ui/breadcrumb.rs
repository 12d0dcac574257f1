//! Where the page stands, when it is deeper than one level.

use leptos::prelude::*;

use super::Icon;

/// A page above this one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Crumb {
    /// Its title.
    pub label: String,
    /// Its address.
    pub href: String,
}

/// The pages above this one, the outermost first.
#[component]
pub fn Breadcrumb(
    /// The pages above.
    crumbs: Vec<Crumb>,
) -> impl IntoView {
    let crumbs = crumbs
        .into_iter()
        .enumerate()
        .map(|(i, crumb)| {
            view! {
                {(i > 0).then(|| view! { <Icon name="i-chev-r"/> })}
                <a href=crumb.href>{crumb.label}</a>
            }
        })
        .collect_view();
    view! {
        <nav class="crumbs" aria-label="Breadcrumb">
            {crumbs}
        </nav>
    }
    .into_any()
}
