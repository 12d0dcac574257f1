//! The roll call: a population in ranks of equal cells. How full a cell is says how far it is.

mod cells;

use leptos::children::ViewFnOnce;
use leptos::prelude::*;

use super::{Count, Look};
use crate::format;
use crate::reactive::dynamic;

pub use cells::per_cell;

/// A part of the population.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RollPart {
    /// Its state.
    pub look: Look,
    /// How many.
    pub n: u64,
    /// The list of exactly these.
    pub href: Option<String>,
}

/// The ranks. Give the parts in reading order: done, failed, in progress, waiting, later.
#[component]
pub fn RollCall(
    /// The parts of the population.
    #[prop(into)]
    parts: Signal<Vec<RollPart>>,
) -> impl IntoView {
    let label = move || {
        let words: Vec<String> = parts.with(|parts| {
            let word =
                |p: &RollPart| format!("{} {}", format::count(p.n), p.look.word.to_lowercase());
            parts.iter().filter(|p| p.n > 0).map(word).collect()
        });
        if words.is_empty() {
            "Nobody yet".to_owned()
        } else {
            words.join(", ")
        }
    };
    let drawing = move || parts.with(|parts| cells::Drawing::of(parts));
    let paths = move || {
        drawing()
            .paths
            .into_iter()
            .map(|(cell, d)| view! { <path class=format!("c-{cell}") d=d></path> })
            .collect_view()
    };
    view! {
        <svg
            class="roll"
            role="img"
            aria-label=label
            viewBox=move || format!("0 0 {} 38", drawing().width)
            preserveAspectRatio="none"
        >
            {dynamic(paths)}
        </svg>
    }
    .into_any()
}

/// What the cells mean, each with its count.
#[component]
pub fn Legend(
    /// The same parts as in the ranks.
    #[prop(into)]
    parts: Signal<Vec<RollPart>>,
    /// At the end of the line: what is worth knowing about the exceptions.
    #[prop(optional, into)]
    end: Option<ViewFnOnce>,
) -> impl IntoView {
    let entries = move || {
        parts
            .get()
            .into_iter()
            .map(|part| view! {
                <li>
                    <svg class="key" viewBox="0 0 11 11" aria-hidden="true">
                        <path class=format!("c-{}", part.look.cell) d="M.7.7h9.6v9.6H.7z"></path>
                    </svg>
                    <span>{part.look.word}</span>
                    <Count n=part.n nostrip:href=part.href/>
                </li>
            })
            .collect_view()
    };
    view! {
        <ul class="legend">
            {dynamic(entries)}
            {end.map(|end| view! { <li class="legend-end dim">{end.run()}</li> })}
        </ul>
    }
    .into_any()
}
