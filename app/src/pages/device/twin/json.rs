//! Editing the twin as two JSON documents. A plain form, so it works without script.

use leptos::form::ActionForm;
use leptos::prelude::*;
use muster_core::ids::DeviceId;

use super::draft::Draft;
use crate::pages::device::address::{DeviceAddress, Problem};
use crate::panels::twin::document::{self, Section};
use crate::reactive::dynamic;
use crate::ui::{Button, ButtonKind, CodeBlock, TextArea};

/// The two documents.
#[component]
pub(super) fn JsonEditor(
    id: DeviceId,
    draft: Draft,
    address: Memo<DeviceAddress>,
) -> impl IntoView {
    let tags = Signal::derive(move || draft.problem(Section::Tags));
    let desired = Signal::derive(move || draft.problem(Section::Desired));
    let pending = draft.save.pending();
    // Somebody without script compares by eye.
    let stored = move || {
        let conflict = address.with(|address| address.problem == Some(Problem::Conflict));
        (conflict && draft.is_changed()).then(|| {
            let theirs = draft.theirs();
            view! {
                <h3 class="mt-6">"Stored now"</h3>
                <p class="meta mt-2">"Desired properties"</p>
                <CodeBlock label="Desired properties that are stored" text=document::written(&theirs.desired)/>
                <p class="meta mt-2">"Tags"</p>
                <CodeBlock label="Tags that are stored" text=document::written(&theirs.tags)/>
            }
        })
    };
    view! {
        <ActionForm action=draft.save>
            <input type="hidden" name="id" value=id.as_str().to_owned()/>
            <input type="hidden" name="etag" value=move || draft.etag()/>
            <div class="fields">
                <TextArea
                    id="twin-desired"
                    name="desired"
                    label="Desired properties"
                    bind=draft.text(Section::Desired)
                    rows=14
                    mono=true
                    hint=Signal::stored(Some("What the device should be. Leaving a property out removes it.".to_owned()))
                    error=desired
                />
                <TextArea
                    id="twin-tags"
                    name="tags"
                    label="Tags"
                    bind=draft.text(Section::Tags)
                    rows=8
                    mono=true
                    hint=Signal::stored(Some("What people and tools say about the device; the device never sees it.".to_owned()))
                    error=tags
                />
                <div class="row">
                    <Button submit=true kind=ButtonKind::Primary off=pending>"Save for 1 device"</Button>
                    <span class="js-only">
                        <Button kind=ButtonKind::Quiet on_press=move |_| draft.restart()>"Start over"</Button>
                    </span>
                </div>
            </div>
        </ActionForm>
        {dynamic(stored)}
    }
    .into_any()
}
