//! Nothing here, and why.

use leptos::children::ViewFnOnce;
use leptos::prelude::*;

/// The little formation above the words.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum DotsKind {
    /// All there but the one that was looked for.
    #[default]
    OneMissing,
    /// Nobody yet; the first place is called. Only for what is empty for the first time.
    FirstTime,
}

/// Fifteen dots.
#[component]
pub fn Dots(
    /// Which formation.
    #[prop(optional)]
    kind: DotsKind,
) -> impl IntoView {
    let dots = (0..15)
        .map(|i| {
            let class = match kind {
                DotsKind::OneMissing if i == 7 => Some("off"),
                DotsKind::OneMissing => None,
                DotsKind::FirstTime if i == 0 => Some("call"),
                DotsKind::FirstTime => Some("off"),
            };
            view! { <circle class=class cx=6 + 16 * (i % 5) cy=6 + 16 * (i / 5) r="5"></circle> }
        })
        .collect_view();
    view! {
        <svg class="dots" viewBox="0 0 76 44" aria-hidden="true">
            {dots}
        </svg>
    }
    .into_any()
}

/// Says what is not there, why, and one next step.
#[component]
pub fn EmptyState(
    /// "No device matches all four filters".
    #[prop(into)]
    title: String,
    /// Why, or what it would be good for.
    children: Children,
    /// Empty for the first time: teaches, with one next step.
    #[prop(optional)]
    first_time: bool,
    /// What to do next.
    #[prop(optional, into)]
    actions: Option<ViewFnOnce>,
) -> impl IntoView {
    let kind = if first_time {
        DotsKind::FirstTime
    } else {
        DotsKind::OneMissing
    };
    view! {
        <div class="empty">
            <Dots kind=kind/>
            <h2>{title}</h2>
            <p>{children()}</p>
            {actions.map(|actions| view! { <div class="row">{actions.run()}</div> })}
        </div>
    }
    .into_any()
}
