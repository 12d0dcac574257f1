//! Signing in: a plain form.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

use super::fleet::query_string;
use super::front::{Front, refusal};
use super::problem;
use crate::routes;
use crate::session::use_session;
use crate::ui::{Button, ButtonKind, ButtonSize, TextField};

/// Name and password. Whoever is signed in already goes home.
#[component]
pub fn SignInPage() -> impl IntoView {
    let query = use_query_map().get_untracked();
    let next = use_location()
        .search
        .with_untracked(|search| next_of(search));
    if let Some(me) = use_session().me_now() {
        crate::session::go(&me.home);
    }
    view! {
        <Front title="Sign in" about="Device management">
            <form class="signin-fields" action=routes::SIGN_IN method="post">
                {refusal(query.get("problem"), problem::Page::SignIn)}
                {next.map(|next| view! { <input type="hidden" name="next" value=next/> })}
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

/// Where to go afterwards. Read from the address itself: the router's own reading decodes twice, and what led here may
/// hold encoded characters.
fn next_of(search: &str) -> Option<String> {
    let pairs = query_string::pairs(search);
    pairs
        .into_iter()
        .find(|(name, _)| name == "next")
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_addresses_survive() {
        let check = |path: &str| {
            let address = routes::sign_in_for(path);
            let (_, search) = address.split_once('?').unwrap_or_default();
            assert_eq!(next_of(search).as_deref(), Some(path));
        };
        check("/fleet?q=a%20b");
        check("/devices/a%2525");
        assert_eq!(next_of("problem=wrong"), None);
    }
}
