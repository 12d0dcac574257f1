//! State with a tint: only in page heads and alert heads, at most two.

use leptos::prelude::*;

use super::{Icon, Look};

/// A tinted state.
#[component]
pub fn Pill(
    /// The state: a [`Look`], or a contact, stage or status of the core.
    #[prop(into)]
    look: Signal<Look>,
    /// Words in place of its own: "Above 8 °C".
    #[prop(optional, into)]
    word: Option<String>,
) -> impl IntoView {
    view! {
        <span class=move || format!("st st--{} pill", look.get().tone.as_str())>
            {move || view! { <Icon name=look.get().icon/> }}
            <span>{move || word.clone().unwrap_or_else(|| look.get().word.to_owned())}</span>
        </span>
    }
    .into_any()
}
