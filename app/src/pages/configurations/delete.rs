//! Deleting a configuration: asks once more, and says what stays.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::pages::person::FormError;
use crate::reactive::effect;
use crate::routes;
use crate::rpc::configurations::DeleteConfiguration;
use crate::ui::{Button, ButtonKind};

/// The form.
#[component]
pub(super) fn DeleteForm(id: String, etag: String) -> impl IntoView {
    let action = ServerAction::<DeleteConfiguration>::new();
    let navigate = use_navigate();
    effect(move || {
        if let Some(Ok(())) = action.value().get() {
            navigate(routes::CONFIGURATIONS, NavigateOptions::default());
        }
    });
    let error = Signal::derive(move || action.value().get().and_then(Result::err));
    view! {
        <FormError error=error/>
        <details>
            <summary class="btn btn--danger">"Delete…"</summary>
            <div class="box box-p mt-3">
                <p>
                    "What it wrote stays in the devices' desired properties, unless the next configuration that covers a device says otherwise. Devices that come later are left alone."
                </p>
                <ActionForm action=action>
                    <input type="hidden" name="id" value=id/>
                    <input type="hidden" name="etag" value=etag/>
                    <div class="row mt-3">
                        <Button submit=true kind=ButtonKind::Danger>"Delete this configuration"</Button>
                    </div>
                </ActionForm>
            </div>
        </details>
    }
    .into_any()
}
