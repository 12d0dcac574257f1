//! What somebody has begun to prepare.

use leptos::prelude::*;

use crate::clock::use_now;
use crate::format::TimeStyle;
use crate::pages::operation_new::address::{NewAddress, Step};
use crate::rpc::operations::DraftRow;
use crate::ui::{ButtonSize, LinkButton, Section, TimeStamp};

/// The person's own drafts; nothing when there are none.
#[component]
pub(super) fn Drafts(drafts: Vec<DraftRow>) -> impl IntoView {
    if drafts.is_empty() {
        return ().into_any();
    }
    let rows: Vec<AnyView> = drafts.into_iter().map(draft).collect();
    view! {
        <div class="mt-4">
            <Section id="drafts" title="Your drafts">
                <ul class="drafts">{rows}</ul>
            </Section>
        </div>
    }
    .into_any()
}

fn draft(draft: DraftRow) -> AnyView {
    let now = use_now();
    let style = Signal::derive(move || TimeStyle::Ago { now: now.get() });
    let id = draft.id.to_string();
    let discard = format!("Discard the draft “{}”", draft.title);
    view! {
        <li>
            <span class="grow">
                <span class="medium">{draft.title}</span>
                <span class="meta">" written "<TimeStamp ms=draft.saved style=style/></span>
            </span>
            <LinkButton href=NewAddress::of(draft.id, Step::What).href() size=ButtonSize::Small>"Continue"</LinkButton>
            <form method="post" action="/rpc/operations/delete_draft">
                <input type="hidden" name="id" value=id/>
                <button class="btn btn--quiet btn--s" type="submit" aria-label=discard>"Discard"</button>
            </form>
        </li>
    }
    .into_any()
}
