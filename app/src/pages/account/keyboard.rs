//! Whether single keys act on pages (WCAG 2.1.4), and which there are.

use leptos::prelude::*;

use crate::keys;
use crate::reactive::effect;
use crate::ui::{KeyValue, KeyValues, Section};

/// The keys of the list of devices and of the inbox of alerts, and what each does.
const KEYS: [(&str, &str); 7] = [
    ("/", "To the filter"),
    ("j k", "To the next or the previous device or alert"),
    (
        "x",
        "Select the device; with Shift all from the one selected last",
    ),
    ("Space", "Preview the device"),
    ("Enter", "Open the device"),
    ("Esc", "Close the preview, clear the selection"),
    (
        "e a s n",
        "In the inbox: acknowledge the alert, assign it to me, snooze it, comment",
    ),
];

/// The section.
#[component]
pub(super) fn KeyboardSection() -> impl IntoView {
    let on = RwSignal::new(true);
    effect(move || on.set(keys::single_keys()));
    let switch = move |event| {
        let wanted = event_target_checked(&event);
        keys::set_single_keys(wanted);
        on.set(keys::single_keys());
    };
    let rows = KEYS
        .into_iter()
        .map(|(key, deed)| view! { <KeyValue term=key>{deed}</KeyValue> })
        .collect_view();
    view! {
        <Section id="keyboard" title="Keyboard">
            <label class="check js-only">
                <input type="checkbox" class="switch" role="switch" prop:checked=on on:change=switch/>
                <span>
                    "Single keys act on pages"
                    <span class="hint check-hint">
                        "Off, letters and signs do nothing by themselves in this browser; Ctrl or ⌘ K still finds."
                    </span>
                </span>
            </label>
            <div class="mt-3">
                <KeyValues>
                    <KeyValue term="Ctrl K, ⌘ K">"Find a device, view or page"</KeyValue>
                    {rows}
                </KeyValues>
            </div>
        </Section>
    }
}
