//! A panel in the six states it can reach: live, loading, fine, error, stale, no access.

use leptos::prelude::*;

use super::{Icon, LinkButton, Note, OldStamp, SkeletonLines, Stamp, Tone};
use crate::reactive::dynamic;
use crate::ui::{ButtonSize, Look, State};

/// What a panel can show right now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PanelState {
    /// The content, and when it was known.
    Live {
        /// Milliseconds since 1970-01-01 UTC.
        as_of: i64,
    },
    /// Nothing yet.
    Loading,
    /// Empty, and that is good: "None, all 1,026 devices report".
    Fine {
        /// Milliseconds since 1970-01-01 UTC.
        as_of: i64,
        /// The good news.
        words: String,
    },
    /// The content could not be had.
    Error(PanelFault),
    /// The content, but it no longer follows.
    Stale {
        /// When it was last known.
        from: i64,
        /// Why: "Ingest is 30 min behind".
        why: String,
    },
    /// Not for this reader.
    NoAccess {
        /// "Alert rules are for supervisors."
        words: String,
        /// Who can help: "Your role is Operator. Supervisor East can show you."
        help: String,
    },
}

/// Why a panel has no content.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PanelFault {
    /// What did not work: "Could not count."
    pub what: String,
    /// Why: "The query took longer than 5 s."
    pub why: String,
    /// What to quote when asking for help.
    pub reference: Option<String>,
    /// The address that tries again.
    pub retry: Option<String>,
}

/// A boxed panel with its title, stamp and state. The content is shown while live and while stale.
#[component]
pub fn Panel(
    /// The title.
    #[prop(into)]
    title: String,
    /// What it can show right now.
    #[prop(into)]
    state: Signal<PanelState>,
    /// The content.
    children: ChildrenFn,
) -> impl IntoView {
    let class = move || match state.get() {
        PanelState::Stale { .. } => "box box-p is-stale",
        PanelState::Loading => "box box-p is-loading",
        _ => "box box-p",
    };
    let busy = move || (state.get() == PanelState::Loading).then_some("true");
    let end = move || match state.get() {
        PanelState::Live { as_of } | PanelState::Fine { as_of, .. } => {
            view! { <Stamp ms=as_of/> }.into_any()
        }
        PanelState::Stale { from, .. } => view! { <OldStamp ms=from/> }.into_any(),
        PanelState::Loading => view! { <span class="sr-only">"Loading"</span> }.into_any(),
        PanelState::Error(_) | PanelState::NoAccess { .. } => ().into_any(),
    };
    let body = move || match state.get() {
        PanelState::Live { .. } => children(),
        PanelState::Loading => view! { <SkeletonLines/> }.into_any(),
        PanelState::Fine { words, .. } => {
            let fine = Look {
                tone: Tone::Ok,
                icon: "s-ok",
                word: "Good",
                cell: "ok",
            };
            view! { <p><State look=fine word=words/></p> }.into_any()
        }
        PanelState::Error(fault) => fault_view(fault),
        PanelState::Stale { why, .. } => view! {
            {children()}
            <p class="meta mt-2">{why}</p>
        }
        .into_any(),
        PanelState::NoAccess { words, help } => view! {
            <p class="st"><Icon name="i-lock"/><span>{words}</span></p>
            <p class="meta mt-2">{help}</p>
        }
        .into_any(),
    };
    view! {
        <section class=class aria-busy=busy>
            <div class="sec-h">
                <h3>{title}</h3>
                <span class="end">{dynamic(end)}</span>
            </div>
            {dynamic(body)}
        </section>
    }
    .into_any()
}

fn fault_view(fault: PanelFault) -> AnyView {
    let quote = fault
        .reference
        .map(|reference| view! { <span class="meta">{format!("Quote {reference}.")}</span> });
    let retry = fault.retry.map(|href| view! {
        <p class="row mt-3">
            <LinkButton href=href size=ButtonSize::Small icon="i-refresh">"Try again"</LinkButton>
        </p>
    });
    view! {
        <Note tone=Tone::Serious>
            <strong>{fault.what}</strong>
            {format!(" {} ", fault.why)}
            {quote}
        </Note>
        {retry}
    }
    .into_any()
}
