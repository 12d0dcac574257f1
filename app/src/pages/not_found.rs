//! No such page.

use leptos::prelude::*;

use super::fault::{Fault, home, standalone};

const TITLE: &str = "There is nothing here";

/// Where no route leads.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    standalone(TITLE, view! { <NotFound/> })
}

/// In place of a page's content.
#[component]
pub fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::error::page_status(404);
    let text =
        "What this address named does not exist, or it is outside your scope. Nothing changed.";
    view! { <Fault title=TITLE text=text.to_owned() ways=vec![home()]/> }
}
