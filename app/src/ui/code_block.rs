//! Text to copy: a serial, a key, a command, a document.

use std::time::Duration;

use leptos::prelude::*;

use super::{ButtonKind, ButtonSize, IconButton};

/// How long "Copied" stays.
const COPIED_FOR: Duration = Duration::from_secs(2);

/// Copies a text. Hidden until the page listens, since it can do nothing before.
#[component]
pub fn CopyButton(
    /// The text.
    #[prop(into)]
    text: Signal<String>,
    /// "Copy serial"
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let done = RwSignal::new("");
    let copy = move |_| {
        copy_text(text.get_untracked(), move |worked| {
            done.set(if worked {
                "Copied"
            } else {
                "Copying was not allowed"
            });
            set_timeout(move || done.set(""), COPIED_FOR);
        });
    };
    view! {
        <span class="copy js-only">
            <IconButton icon="i-copy" label=label kind=ButtonKind::Quiet size=ButtonSize::Small on_press=copy/>
            <span class="copy-done" aria-live="polite">{move || done.get()}</span>
        </span>
    }
    .into_any()
}

/// A text in a frame, with its copy button.
#[component]
pub fn CodeBlock(
    /// The text.
    #[prop(into)]
    text: Signal<String>,
    /// What it is: "Connection string".
    #[prop(into)]
    label: String,
    /// Long lines turn over, for keys and commands.
    #[prop(optional)]
    wrap: bool,
) -> impl IntoView {
    let copy = format!("Copy {}", label.to_lowercase());
    view! {
        <div class=if wrap { "code code--wrap" } else { "code" }>
            <pre tabindex="0" role="region" aria-label=label>
                <code>{move || text.get()}</code>
            </pre>
            <CopyButton text=text label=copy/>
        </div>
    }
    .into_any()
}

#[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
/// Puts a text into the clipboard, then says whether that was allowed.
pub(crate) fn copy_text(text: String, then: impl FnOnce(bool) + 'static) {
    let promise = window().navigator().clipboard().write_text(&text);
    leptos::task::spawn_local(async move {
        then(wasm_bindgen_futures::JsFuture::from(promise).await.is_ok());
    });
}

#[cfg(not(all(feature = "hydrate", target_arch = "wasm32")))]
/// Only a browser has a clipboard.
pub(crate) fn copy_text(_text: String, then: impl FnOnce(bool) + 'static) {
    then(false);
}
