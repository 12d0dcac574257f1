//! How the device proves who it is, and its connection string for those who may see it.

use leptos::prelude::*;
use muster_core::device::AuthKind;

use super::facts::{credential_note, credential_words};
use super::keys::keys;
use crate::reactive::dynamic;
use crate::rpc::devices::{DeviceView, ShowConnectionString};
use crate::ui::{Button, CodeBlock, Note, Section, Tone};

/// The section; absent for who may not see credentials.
#[component]
pub(super) fn AccessSection(
    /// The device as it is now.
    #[prop(into)]
    device: Signal<DeviceView>,
) -> impl IntoView {
    let auth = device.with_untracked(|device| device.auth);
    auth.map(|auth| {
        view! {
            <Section id="access" title="Access" rule=true>
                <p>{format!("{}: {}.", credential_words(auth), credential_note(auth))}</p>
                {(auth == AuthKind::Sas).then(|| view! { {keys(device)} <ConnectionString device=device/> })}
            </Section>
        }
    })
}

/// Shows the string when somebody asks for it, and says that this was recorded.
#[component]
fn ConnectionString(device: Signal<DeviceView>) -> impl IntoView {
    let id = device.with_untracked(|device| device.id.as_str().to_owned());
    let command = format!("muster device connection-string {id}");
    let action = ServerAction::<ShowConnectionString>::new();
    let hidden = RwSignal::new(false);
    let show = move |_| {
        hidden.set(false);
        action.dispatch(ShowConnectionString { id: id.clone() });
    };
    let answer = move || {
        let answer = action.value().get().filter(|_| !hidden.get())?;
        let view = match answer {
            Ok(secret) => view! {
                <CodeBlock label="Connection string" text=secret.0 wrap=true/>
                <p class="meta mt-2">"The audit trail has recorded that you were shown this secret."</p>
                <p class="mt-2">
                    <Button on_press=move |_| { hidden.set(true); action.clear(); }>"Hide"</Button>
                </p>
            }
            .into_any(),
            Err(error) => view! { <Note tone=Tone::Serious alert=true>{error.to_string()}</Note> }.into_any(),
        };
        Some(view)
    };
    let shown = move || matches!(action.value().get(), Some(Ok(_))) && !hidden.get();
    let pending = action.pending();
    let button = move || {
        (!shown()).then(|| {
            view! { <Button icon="i-key" off=pending on_press=show.clone()>"Show connection string"</Button> }
        })
    };
    view! {
        <div class="js-only mt-3">
            {dynamic(button)}
            <div class="mt-3" aria-live="polite">{dynamic(answer)}</div>
        </div>
        <noscript>
            <p class="meta mt-2">"Showing the connection string here needs script. On the machine of the hub:"</p>
            <div class="code code--wrap"><pre><code>{command}</code></pre></div>
        </noscript>
    }
    .into_any()
}
