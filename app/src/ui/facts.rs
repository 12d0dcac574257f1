//! Figures in a strip.

use leptos::prelude::*;

use super::{Icon, IconSize};

/// Which strip.
#[component]
pub fn Facts(
    /// `figs--device` for six facts, `figs--sup` for five; empty lets the strip flow.
    #[prop(optional)]
    class: &'static str,
    /// [`Fact`]s.
    children: Children,
) -> impl IntoView {
    view! { <dl class=format!("figs {class}").trim_end().to_owned()>{children()}</dl> }.into_any()
}

/// One figure with its term and a note.
#[component]
pub fn Fact(
    /// What it is.
    #[prop(into)]
    term: String,
    /// A symbol before the term.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// What puts the figure into proportion: "expected every 5 min".
    #[prop(optional, into)]
    note: Signal<Option<String>>,
    /// The figure.
    children: Children,
) -> impl IntoView {
    view! {
        <div>
            <dt>
                {icon.map(|icon| view! { <Icon name=icon size=IconSize::Small/> })}
                <span>{term}</span>
            </dt>
            <dd>
                {children()}
                {move || note.get().map(|note| view! { <small>{note}</small> })}
            </dd>
        </div>
    }
    .into_any()
}
