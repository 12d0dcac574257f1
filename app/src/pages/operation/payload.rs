//! What a device answered, in a dialog.

use leptos::prelude::*;

use crate::reactive::dynamic;
use crate::ui::{Button, CodeBlock, Dialog};

/// An answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Payload {
    /// Of which device.
    pub(super) device: String,
    /// What it is, as people read JSON.
    pub(super) text: String,
}

/// What is shown, and whether.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    payload: RwSignal<Option<Payload>>,
    open: RwSignal<bool>,
}

impl Shown {
    pub(super) fn new() -> Self {
        Self {
            payload: RwSignal::new(None),
            open: RwSignal::new(false),
        }
    }

    /// Opens the dialog.
    pub(super) fn show(self, payload: Payload) {
        self.payload.set(Some(payload));
        self.open.set(true);
    }
}

/// The dialog.
pub(super) fn payload_dialog(shown: Shown) -> AnyView {
    let open = shown.open;
    let content = move || {
        shown.payload.get().map(|payload| {
            view! {
                <p>{payload.device}</p>
                <CodeBlock label="Payload" text=payload.text/>
            }
        })
    };
    view! {
        <Dialog
            id="payload"
            title="What the device answered"
            open=open
            actions=move || view! { <Button on_press=move |_| open.set(false)>"Close"</Button> }
        >
            {dynamic(content)}
        </Dialog>
    }
    .into_any()
}
