//! The first administrator, through the one-time link that the console prints.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::front::{Front, refusal};
use super::problem;
use crate::routes;
use crate::ui::{Button, ButtonKind, ButtonSize, Note, TextField, Tone};

/// Name and password of the first administrator.
#[component]
pub fn SetupPage() -> impl IntoView {
    let token = use_params_map()
        .with_untracked(|params| params.get("token"))
        .unwrap_or_default();
    let open = crate::rpc::data::shared(|| is_open(&token));
    if open {
        view! {
            <Front title="First administrator" about="This account makes all others. The link works once.">
                <SetupForm action=routes::setup(&token)/>
            </Front>
        }
        .into_any()
    } else {
        #[cfg(feature = "ssr")]
        crate::error::page_status(404);
        view! {
            <Front title="This link does not work" about="A set-up link works once, until the hub restarts.">
                <div class="signin-fields">
                    <Note tone=Tone::Attention>
                        "If the hub has no administrator yet, restart it: it prints a new link on its console. "
                        "If it has one, sign in."
                    </Note>
                    <a href=routes::SIGN_IN>"Sign in"</a>
                </div>
            </Front>
        }
        .into_any()
    }
}

#[component]
fn SetupForm(action: String) -> impl IntoView {
    let query = use_query_map().get_untracked();
    view! {
        <form class="signin-fields" action=action method="post">
            {refusal(query.get("problem"), problem::Page::Setup)}
            <TextField
                id="name"
                name="name"
                label="Name"
                autocomplete="username"
                required=true
                hint=Some("You sign in with it: lower-case letters, digits, and . _ - @".to_owned())
            />
            <TextField
                id="display_name"
                name="display_name"
                label="Display name"
                autocomplete="name"
                hint=Some("Others read it. Empty takes the name.".to_owned())
            />
            <TextField
                id="password"
                name="password"
                label="Password"
                kind="password"
                autocomplete="new-password"
                required=true
                hint=Some("At least 10 characters; a few words are good.".to_owned())
            />
            <TextField
                id="repeat"
                name="repeat"
                label="Password again"
                kind="password"
                autocomplete="new-password"
                required=true
            />
            <Button submit=true kind=ButtonKind::Primary size=ButtonSize::Large>"Make the account"</Button>
        </form>
    }
}

#[cfg(feature = "ssr")]
fn is_open(token: &str) -> bool {
    crate::session::hub().is_ok_and(|hub| hub.setup_is_open(token))
}

#[cfg(not(feature = "ssr"))]
fn is_open(_token: &str) -> bool {
    false
}
