//! The picture of everything that is not there: what happened, what did not happen, what to do next.

use leptos::prelude::*;

use crate::routes;
use crate::session::use_session;
use crate::shell::{Bare, Page, Shell};
use crate::ui::{ButtonKind, Dots, LinkButton};

/// Where to go from here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Way {
    /// Its address.
    pub href: String,
    /// What one finds there.
    pub label: &'static str,
}

/// The way home, or to the sign-in page.
pub(super) fn home() -> Way {
    match use_session().me_now() {
        Some(me) => Way {
            href: me.home,
            label: "Go home",
        },
        None => Way {
            href: routes::SIGN_IN.to_owned(),
            label: "Sign in",
        },
    }
}

/// A fault in place of a page's content.
#[component]
pub(super) fn Fault(
    /// What happened.
    title: &'static str,
    /// What did not happen, and what to do.
    text: String,
    /// Where to go from here.
    ways: Vec<Way>,
    /// Small print: what to quote, who can help.
    #[prop(optional, into)]
    note: Option<String>,
) -> impl IntoView {
    let ways = ways
        .into_iter()
        .enumerate()
        .map(|(i, way)| {
            let kind = if i == 0 {
                ButtonKind::Primary
            } else {
                ButtonKind::Default
            };
            view! { <LinkButton href=way.href kind=kind>{way.label}</LinkButton> }
        })
        .collect_view();
    view! {
        <div class="fault">
            <Dots/>
            <h1>{title}</h1>
            <p>{text}</p>
            <div class="row">{ways}</div>
            {note.map(|note| view! { <p class="meta">{note}</p> })}
        </div>
    }
}

/// A fault as a page of its own where no route leads: with the shell for people who are signed in.
pub(super) fn standalone(title: &'static str, fault: impl IntoView + 'static) -> AnyView {
    let fault = fault.into_any();
    match use_session().me_now() {
        Some(me) => view! { <Shell me=me><Page title=title>{fault}</Page></Shell> }.into_any(),
        None => view! { <Bare title=title>{fault}</Bare> }.into_any(),
    }
}
