//! Closing an account, and opening it again.

use leptos::form::ActionForm;
use leptos::prelude::*;
use muster_core::ids::PersonId;

use super::{Again, FormError};
use crate::reactive::effect;
use crate::rpc::people::SetActive;
use crate::ui::{Button, ButtonKind};

/// Deactivating asks once more; activating is harmless.
#[component]
pub(super) fn ActiveForm(id: PersonId, name: String, active: bool, again: Again) -> impl IntoView {
    let action = ServerAction::<SetActive>::new();
    effect(move || {
        if let Some(Ok(changed)) = action.value().get() {
            again.set(changed);
        }
    });
    let error = Signal::derive(move || action.value().get().and_then(Result::err));
    let form = if active {
        deactivate(action, id, &name).into_any()
    } else {
        activate(action, id, &name).into_any()
    };
    view! {
        <div class="person-form">
            <FormError error=error/>
            {form}
        </div>
    }
}

fn deactivate(action: ServerAction<SetActive>, id: PersonId, name: &str) -> impl IntoView + use<> {
    let effect = [
        name,
        " is signed out everywhere and cannot sign in. Nothing is deleted; the audit trail keeps the name.",
    ]
    .concat();
    view! {
        <details>
            <summary class="btn btn--danger">"Deactivate…"</summary>
            <div class="box box-p mt-3">
                <p>{effect}</p>
                <ActionForm action=action>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <input type="hidden" name="active" value="false"/>
                    <div class="row mt-3">
                        <Button submit=true kind=ButtonKind::Danger>"Deactivate"</Button>
                    </div>
                </ActionForm>
            </div>
        </details>
    }
}

fn activate(action: ServerAction<SetActive>, id: PersonId, name: &str) -> impl IntoView + use<> {
    let effect = [name, " cannot sign in. Roles and scope are kept."].concat();
    view! {
        <p>{effect}</p>
        <ActionForm action=action>
            <input type="hidden" name="id" value=id.to_string()/>
            <input type="hidden" name="active" value="true"/>
            <Button submit=true>"Activate"</Button>
        </ActionForm>
    }
}
