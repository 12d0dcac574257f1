//! Letting a device in, or not: the effect in words before the button.

use leptos::form::ActionForm;
use leptos::prelude::*;
use muster_core::device::Status;

use crate::error::AppError;
use crate::panels::refresh::Refresh;
use crate::reactive::{dynamic, effect};
use crate::rpc::devices::{DeviceView, SetStatus};
use crate::ui::{Button, ButtonKind, Menu, MenuSide, Note, TextField, Tone};

/// "Disable…" or "Enable…", which unfolds the question.
#[component]
pub(super) fn StatusAction(
    /// The device as it is now.
    device: RwSignal<DeviceView>,
    /// Reads it again.
    refresh: Refresh,
) -> impl IntoView {
    let action = ServerAction::<SetStatus>::new();
    effect(move || {
        // After a conflict too: the next try is for the identity as it is now.
        if action.value().get().is_some() {
            refresh.ask();
        }
    });
    let status = Memo::new(move |_| device.with(|device| device.status));
    let error = move || action.value().get().and_then(Result::err).map(problem);
    let question = move |enabled: bool| {
        let word = if enabled { "Disable…" } else { "Enable…" };
        view! {
            <Menu button=move || word side=MenuSide::End list="pop--form">
                {dynamic(error)}
                <Question device=device action=action enabled=enabled/>
            </Menu>
        }
    };
    // A new element for the other question, so that the menu is closed once the first is answered.
    view! {
        <For each=move || [status.get() == Status::Enabled] key=|enabled| *enabled let:enabled>
            {question(enabled)}
        </For>
    }
    .into_any()
}

#[component]
fn Question(
    device: RwSignal<DeviceView>,
    action: ServerAction<SetStatus>,
    enabled: bool,
) -> impl IntoView {
    let id = device.with_untracked(|device| device.id.as_str().to_owned());
    let etag = move || device.with(|device| device.etag.clone());
    let connected = move || device.with(|device| device.connection.is_some());
    let outcome = move || match (enabled, connected()) {
        (true, true) => {
            "Its connection ends at once, and new ones are refused until somebody enables it. Twin and history stay."
        }
        (true, false) => {
            "Connections are refused until somebody enables it. Twin and history stay."
        }
        (false, _) => "It may connect again from now on. Nothing else changes.",
    };
    let (to, verb, kind) = if enabled {
        ("disabled", "Disable 1 device", ButtonKind::Danger)
    } else {
        ("enabled", "Enable 1 device", ButtonKind::Primary)
    };
    view! {
        <ActionForm action=action>
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="etag" value=etag/>
            <input type="hidden" name="status" value=to/>
            <div class="fields">
                <p>{dynamic(outcome)}</p>
                <TextField
                    id="status-reason"
                    name="reason"
                    label="Reason"
                    hint=Signal::stored(Some("For those who look later; at most 128 characters.".to_owned()))
                />
                <Button submit=true kind=kind>{verb}</Button>
            </div>
        </ActionForm>
    }
    .into_any()
}

fn problem(error: AppError) -> impl IntoView {
    let words = match error {
        AppError::Conflict { .. } => {
            "Somebody else changed the identity meanwhile. Nothing of yours was written. Look again, and repeat.".to_owned()
        }
        other => other.to_string(),
    };
    view! { <div class="mb-3"><Note tone=Tone::Serious alert=true>{words}</Note></div> }
}
