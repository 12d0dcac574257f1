//! One calm line with a cause and a next step.

use leptos::children::ViewFnOnce;
use leptos::prelude::*;

use super::{Icon, Tone};

/// A message in the page.
#[component]
pub fn Note(
    /// How much it asks for attention.
    #[prop(optional)]
    tone: Tone,
    /// The cause, and what did not happen.
    children: Children,
    /// The next step: one small button.
    #[prop(optional, into)]
    action: Option<ViewFnOnce>,
    /// Read aloud when it appears, as the answer to something a person just did.
    #[prop(optional)]
    alert: bool,
) -> impl IntoView {
    let class = match tone {
        Tone::Neutral => "note".to_owned(),
        Tone::Running => "note note--info".to_owned(),
        tone => format!("note note--{}", tone.as_str()),
    };
    let (icon, label) = match tone {
        Tone::Neutral => ("s-info", None),
        tone => (tone.icon(), Some(tone.word().to_owned())),
    };
    view! {
        <div class=class role=alert.then_some("alert")>
            <Icon name=icon nostrip:label=label/>
            <div class="grow">{children()}</div>
            {action.map(|action| view! { <span class="end">{action.run()}</span> })}
        </div>
    }
    .into_any()
}
