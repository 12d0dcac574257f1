//! People: who may do what, and where. For administrators.

mod create;
mod list;
mod once;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use muster_core::policy::Role;

pub(super) use create::CreatePage;
pub(super) use list::ListPage;
pub(super) use once::Once;

/// The address of the form for a new account.
pub(super) const NEW: &str = "/people?new=true";

/// The list, or with `?new` the form for a new account.
#[component]
pub fn PeoplePage() -> impl IntoView {
    let query = use_query_map();
    let is_new = Memo::new(move |_| query.with(|query| query.get("new").is_some()));
    move || {
        if is_new.get() {
            view! { <CreatePage/> }.into_any()
        } else {
            view! { <ListPage/> }.into_any()
        }
    }
}

/// A role as a word of the page.
pub(super) fn role_word(role: Role) -> &'static str {
    match role {
        Role::Operator => "Operator",
        Role::Supervisor => "Supervisor",
        Role::Manager => "Manager",
        Role::Admin => "Administrator",
    }
}
