//! The bare address: leads home.

use leptos::prelude::*;

use crate::session::use_session;

/// Leads to the home of the person.
#[component]
pub fn RootPage() -> impl IntoView {
    if let Some(me) = use_session().me_now() {
        crate::session::go(&me.home);
    }
}
