//! Confirmation in proportion.

use leptos::prelude::*;

use super::show;
use crate::ui::{Button, ButtonKind, Dialog, TextField, Toast};

pub(super) fn dialogs() -> AnyView {
    let open = RwSignal::new(false);
    let content = view! {
        <div class="gal-3 gal-3--top">
            <div>
                <p class="meta mb-2">"1 Harmless: do it, offer undo"</p>
                <Toast action=|| view! { <button type="button">"Undo"</button> }>"Alert acknowledged"</Toast>
            </div>
            <div>
                <p class="meta mb-2">"2 Touches devices: say what happens"</p>
                <Dialog
                    id="g-dialog-1"
                    title="Restart 12 gateways?"
                    in_page=true
                    actions=|| view! {
                        <Button>"Cancel"</Button>
                        <Button kind=ButtonKind::Primary>"Restart 12"</Button>
                    }
                >
                    <p class="dim2">
                        "Each site loses contact for about 3 min. Sensors keep measuring and send later."
                    </p>
                </Dialog>
            </div>
            <div>
                <p class="meta mb-2">"3 Cannot be undone: type the number"</p>
                <Dialog
                    id="g-dialog-2"
                    title="Decommission 640 meters?"
                    in_page=true
                    actions=|| view! {
                        <Button>"Cancel"</Button>
                        <Button kind=ButtonKind::Stop off=true>"Ask for approval"</Button>
                    }
                >
                    <p class="dim2">
                        "Credentials are revoked and cannot come back. History stays readable for 5 years."
                    </p>
                    <TextField id="g-count" name="count" label="Type 640 to go on" value="64"/>
                </Dialog>
            </div>
        </div>
        <div class="row mt-4 js-only">
            <Button on_press=move |_| open.set(true)>"Open a dialog…"</Button>
            <Dialog
                id="g-dialog-3"
                title="Restart 12 gateways?"
                open=open
                actions=move || view! {
                    <Button on_press=move |_| open.set(false)>"Cancel"</Button>
                    <Button kind=ButtonKind::Primary on_press=move |_| open.set(false)>"Restart 12"</Button>
                }
            >
                <p class="dim2">"Each site loses contact for about 3 min."</p>
            </Dialog>
        </div>
    };
    show("g-dialogs", "Confirm in proportion", content)
}
