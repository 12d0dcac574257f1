//! The event log: what happened, newest first.

use leptos::prelude::*;

use super::{Icon, TimeStamp, Tone};
use crate::format::TimeStyle;

/// The list.
#[component]
pub fn Log(
    /// [`LogItem`]s.
    children: Children,
) -> impl IntoView {
    view! { <ol class="log">{children()}</ol> }.into_any()
}

/// One event.
#[component]
pub fn LogItem(
    /// When.
    at: i64,
    /// The present, so that the day has its name.
    #[prop(into)]
    now: Signal<i64>,
    /// What kind of event.
    icon: &'static str,
    /// How much it asks for attention.
    #[prop(optional)]
    tone: Tone,
    /// Who did what, as a sentence.
    children: Children,
) -> impl IntoView {
    let label = (tone != Tone::Neutral).then(|| tone.word().to_owned());
    view! {
        <li>
            <TimeStamp ms=at style=Signal::derive(move || TimeStyle::Moment { now: now.get() })/>
            <Icon name=icon class=tone.glyph() nostrip:label=label/>
            <span class="log-t">{children()}</span>
        </li>
    }
    .into_any()
}
