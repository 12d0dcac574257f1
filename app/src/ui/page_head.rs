//! The head of a page: title, up to two pills, one sentence of facts, actions.

use leptos::children::ViewFnOnce;
use leptos::prelude::*;

/// Title, facts and actions.
#[component]
pub fn PageHead(
    /// The title; a finding where possible.
    #[prop(into)]
    title: Signal<String>,
    /// A line above the title: what the page belongs to.
    #[prop(optional, into)]
    kicker: Option<String>,
    /// At most two [`super::Pill`]s beside the title.
    #[prop(optional, into)]
    pills: ViewFnOnce,
    /// One sentence of facts.
    #[prop(optional, into)]
    facts: Option<ViewFnOnce>,
    /// Buttons, the primary one first.
    #[prop(optional, into)]
    actions: Option<ViewFnOnce>,
) -> impl IntoView {
    view! {
        <header class="phead">
            <div class="phead-t">
                {kicker.map(|kicker| view! { <p class="phead-kicker">{kicker}</p> })}
                <h1>
                    <span>{title}</span>
                    {pills.run()}
                </h1>
                {facts.map(|facts| view! { <p class="phead-sub">{facts.run()}</p> })}
            </div>
            {actions.map(|actions| view! { <div class="phead-acts">{actions.run()}</div> })}
        </header>
    }
    .into_any()
}
