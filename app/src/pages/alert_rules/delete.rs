//! Deleting a rule: asks once more, and says what happens.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use muster_core::alert::RuleId;

use crate::pages::person::FormError;
use crate::reactive::effect;
use crate::routes;
use crate::rpc::alerts::DeleteRule;
use crate::ui::{Button, ButtonKind};

/// The form.
pub(super) fn delete_form(id: RuleId, etag: String) -> AnyView {
    let action = ServerAction::<DeleteRule>::new();
    let navigate = use_navigate();
    effect(move || {
        if let Some(Ok(())) = action.value().get() {
            navigate(routes::ALERT_RULES, NavigateOptions::default());
        }
    });
    let error = Signal::derive(move || action.value().get().and_then(Result::err));
    view! {
        <div class="mt-6">
            <FormError error=error/>
            <details>
                <summary class="btn btn--danger">"Delete…"</summary>
                <div class="box box-p mt-3">
                    <p>"Its open alerts end; what happened stays on record. To keep the rule for later, switch it off instead."</p>
                    <ActionForm action=action>
                        <input type="hidden" name="id" value=id.to_string()/>
                        <input type="hidden" name="etag" value=etag/>
                        <div class="row mt-3">
                            <Button submit=true kind=ButtonKind::Danger>"Delete this rule"</Button>
                        </div>
                    </ActionForm>
                </div>
            </details>
        </div>
    }
    .into_any()
}
