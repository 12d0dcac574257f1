//! Letting devices pass a gate, with a reason of one's own.

use leptos::form::ActionForm;
use leptos::prelude::*;
use muster_core::ids::OperationId;

use crate::format::plural;
use crate::panels::refresh::Refresh;
use crate::reactive::{dynamic, effect};
use crate::rpc::operations::PassGate;
use crate::ui::{Button, ButtonKind, Menu, Note, TextField, Tone};

/// "Override…" and the question, for all devices that a gate holds.
#[component]
pub(super) fn PassMenu(
    /// Which operation.
    id: OperationId,
    /// The gate of its plan, from 0.
    gate: u8,
    /// How many would go ahead.
    #[prop(into)]
    devices: Signal<u64>,
    /// Reads the operation again.
    refresh: Refresh,
) -> impl IntoView {
    let action = ServerAction::<PassGate>::new();
    effect(move || {
        if action.value().get().is_some() {
            refresh.ask();
        }
    });
    let error = move || {
        let error = action.value().get()?.err()?;
        Some(view! { <Note tone=Tone::Serious alert=true>{error.to_string()}</Note> })
    };
    let words = move || {
        format!(
            "{} this gate holds may go ahead now. Their other gates still count. It is written into the audit trail.",
            plural(devices.get(), "device that", "devices that")
        )
    };
    let deed = move || format!("Let {} pass", plural(devices.get(), "device", "devices"));
    view! {
        <Menu class="btn btn--s" button=|| "Override…" list="pop--form">
            <ActionForm action=action>
                <input type="hidden" name="id" value=id.to_string()/>
                <input type="hidden" name="gate" value=gate.to_string()/>
                <div class="fields">
                    {dynamic(error)}
                    <p>{dynamic(words)}</p>
                    <TextField
                        id=format!("pass-{gate}")
                        name="reason"
                        label="Reason"
                        required=true
                        hint=Signal::stored(Some("Everybody who looks at the operation reads it.".to_owned()))
                    />
                    <Button submit=true kind=ButtonKind::Primary>{dynamic(deed)}</Button>
                </div>
            </ActionForm>
        </Menu>
    }
    .into_any()
}
