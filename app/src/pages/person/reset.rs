//! A temporary password.

use leptos::form::ActionForm;
use leptos::prelude::*;
use muster_core::ids::PersonId;

use super::FormError;
use crate::pages::people::Once;
use crate::reactive::dynamic;
use crate::rpc::people::{ResetPassword, Secret};
use crate::ui::{Button, ButtonKind};

/// Asks once more, since the person is signed out by it; then shows the password.
#[component]
pub(super) fn ResetForm(
    id: PersonId,
    name: String,
    /// What was made without script a moment ago.
    left: Option<Secret>,
) -> impl IntoView {
    let action = ServerAction::<ResetPassword>::new();
    let error = Signal::derive(move || action.value().get().and_then(Result::err));
    let whose = name.clone();
    let made = move || {
        let secret = match action.value().get() {
            Some(answer) => answer.ok(),
            None => left.clone(),
        };
        secret.map(|secret| view! { <Once name=whose.clone() password=secret/> })
    };
    let effect = [
        &name,
        " is signed out everywhere. The old password stops working; the new one is shown here once and has to be changed at the next sign-in.",
    ]
    .concat();
    view! {
        <div class="person-form">
            <FormError error=error/>
            {dynamic(made)}
            <details>
                <summary class="btn">"Reset password…"</summary>
                <div class="box box-p mt-3">
                    <p>{effect}</p>
                    <ActionForm action=action>
                        <input type="hidden" name="id" value=id.to_string()/>
                        <div class="row mt-3">
                            <Button submit=true kind=ButtonKind::Danger>"Reset password"</Button>
                        </div>
                    </ActionForm>
                </div>
            </details>
        </div>
    }
}
