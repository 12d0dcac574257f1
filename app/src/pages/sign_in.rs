//! Signing in: a plain form.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::front::{Front, refusal};
use super::problem;
use crate::routes;
use crate::session::use_session;
use crate::ui::{Button, ButtonKind, ButtonSize, TextField};

/// Name and password. Whoever is signed in already goes home.
#[component]
pub fn SignInPage() -> impl IntoView {
    let query = use_query_map().get_untracked();
    if let Some(me) = use_session().me_now() {
        crate::session::go(&me.home);
    }
    view! {
        <Front title="Sign in" about="Device management">
            <form class="signin-fields" action=routes::SIGN_IN method="post">
                {refusal(query.get("problem"), problem::Page::SignIn)}
                {query.get("next").map(|next| view! { <input type="hidden" name="next" value=next/> })}
                <TextField id="name" name="name" label="Name" autocomplete="username" required=true/>
                <TextField
                    id="password"
                    name="password"
                    label="Password"
                    kind="password"
                    autocomplete="current-password"
                    required=true
                />
                <Button submit=true kind=ButtonKind::Primary size=ButtonSize::Large>"Sign in"</Button>
            </form>
        </Front>
    }
}
