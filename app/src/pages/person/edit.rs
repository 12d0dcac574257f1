//! Changing name, roles and scope.

use leptos::form::ActionForm;
use leptos::prelude::*;

use super::{Again, FormError, GrantFields};
use crate::reactive::effect;
use crate::rpc::people::{PersonView, UpdatePerson};
use crate::session::use_session;
use crate::ui::{Button, ButtonKind, TextField};

/// Display name and roles. They take effect with the next request of the person.
#[component]
pub(super) fn EditForm(
    person: PersonView,
    again: Again,
    /// The form was saved and not touched since; lasts beyond this form, which is built anew then.
    saved: RwSignal<bool>,
) -> impl IntoView {
    let action = ServerAction::<UpdatePerson>::new();
    let session = use_session();
    let id = person.id;
    effect(move || {
        if let Some(Ok(changed)) = action.value().get() {
            let waits = changed.waits.is_some();
            again.set(changed);
            saved.set(!waits);
            if session.me_now().is_some_and(|me| me.id == id) {
                session.refresh();
            }
        }
    });
    let error = Signal::derive(move || action.value().get().and_then(Result::err));
    let name_error =
        Signal::derive(move || error.with(|error| error.as_ref()?.of_field("display_name")));
    view! {
        <ActionForm action=action>
            <div class="person-form" on:input=move |_| saved.set(false)>
                <FormError error=error/>
                <input type="hidden" name="id" value=id.to_string()/>
                <TextField
                    id="display_name"
                    name="display_name"
                    label="Display name"
                    value=person.display_name
                    required=true
                    error=name_error
                />
                <GrantFields grants=person.grants error=error/>
                <div class="row">
                    <Button submit=true kind=ButtonKind::Primary>"Save"</Button>
                    <span class="meta" aria-live="polite">{move || saved.get().then_some("Saved.")}</span>
                </div>
            </div>
        </ActionForm>
    }
}
