//! Configurations: what devices should be that a condition keeps, for as long as it does.

mod conflicts;
mod delete;
mod device;
mod form;
mod list;
mod new;
mod one;
mod preview;
mod target;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

pub(super) use device::ConfigurationsOfDevice;
use list::ListPage;
use new::NewPage;
pub use one::ConfigurationPage;

/// The address of the form for a new configuration.
const NEW: &str = "/configurations?new=true";

/// The list, or with `?new` the form for a new one, with `&from` beginning as another.
#[component]
pub fn ConfigurationsPage() -> impl IntoView {
    let query = use_query_map();
    let is_new = Memo::new(move |_| query.with(|query| query.get("new").is_some()));
    let from = Memo::new(move |_| query.with(|query| query.get("from")).unwrap_or_default());
    move || {
        if is_new.get() {
            view! { <NewPage from=from.get()/> }.into_any()
        } else {
            view! { <ListPage/> }.into_any()
        }
    }
}
