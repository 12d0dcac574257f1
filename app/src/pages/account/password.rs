//! Changing one's own password: a plain form.

use leptos::prelude::*;

use crate::routes;
use crate::ui::{Button, ButtonKind, Note, TextField, Tone};

/// The current password, and the new one twice.
#[component]
pub(super) fn PasswordForm(
    /// The sign-in name, for the browser's memory of passwords.
    name: String,
    /// The present password is temporary: nothing else works before it is changed.
    due: bool,
) -> impl IntoView {
    let note = due.then(|| {
        view! {
            <Note tone=Tone::Attention>
                "Your password is a temporary one. Choose your own to go on."
            </Note>
        }
    });
    view! {
        <form class="person-form" action=routes::ACCOUNT_PASSWORD method="post">
            {note}
            <input type="text" name="name" value=name autocomplete="username" hidden/>
            <TextField
                id="current"
                name="current"
                label="Current password"
                kind="password"
                autocomplete="current-password"
                required=true
            />
            <TextField
                id="new"
                name="new"
                label="New password"
                kind="password"
                autocomplete="new-password"
                required=true
                hint=Some("At least 10 characters; a few words are good.".to_owned())
            />
            <TextField
                id="repeat"
                name="repeat"
                label="New password again"
                kind="password"
                autocomplete="new-password"
                required=true
            />
            <div class="row">
                <Button submit=true kind=ButtonKind::Primary>"Change password"</Button>
            </div>
        </form>
    }
}
