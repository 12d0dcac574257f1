//! The inbox of requests for approval, and what became of those before.

mod over;
mod rules;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use muster_core::policy::Action;

pub use rules::RulesPage;
pub(crate) use rules::waits_note;

use crate::format;
use crate::live::{Item, Topic, use_live};
use crate::panels::approvals::waiting_list;
use crate::panels::loaded::loaded;
use crate::panels::refresh::use_refreshed;
use crate::routes;
use crate::rpc::approvals::{ApprovalsPage as Found, list_approvals};
use crate::rpc::data::Data;
use crate::session::use_session;
use crate::shell::Page;
use crate::ui::{EmptyState, LinkButton, PageHead, Section};

/// `/approvals`
#[component]
pub fn ApprovalsPage() -> impl IntoView {
    let query = use_query_map();
    let page = Memo::new(move |_| query.with(|query| query.get("page").unwrap_or_default()));
    let data = Data::new(move || page.get(), list_approvals);
    view! {
        <Page title="Approvals">
            {loaded(data, move |found| body(found, page.get_untracked()))}
        </Page>
    }
    .into_any()
}

fn body(found: Found, page: String) -> AnyView {
    let (found, refresh) = use_refreshed(found, move || list_approvals(page.clone()));
    use_live(
        || vec![Topic::Approvals],
        move |item| {
            if matches!(item, Item::Approvals | Item::Resync) {
                refresh.ask();
            }
        },
    );
    let waiting = Signal::derive(move || found.with(|found| found.waiting.clone()));
    let over = Memo::new(move |_| found.with(|found| found.over.clone()));
    let (previous, next) = found.with_untracked(|f| (f.previous.clone(), f.next.clone()));
    let hours = found.with_untracked(|found| found.hours);
    let facts = move || {
        let due = waiting.with(|all| all.iter().filter(|one| one.barred.is_none()).count() as u64);
        let own = waiting.with(|all| all.iter().filter(|one| one.mine).count() as u64);
        let due = match due {
            0 => "Nothing waits for your decision".to_owned(),
            1 => "1 request waits for your decision".to_owned(),
            due => [&format::count(due), " requests wait for your decision"].concat(),
        };
        let own = match own {
            0 => String::new(),
            1 => ", 1 of yours for somebody else's".to_owned(),
            own => [", ", &format::count(own), " of yours for somebody else's"].concat(),
        };
        [due, own, format!(". Requests end after {hours} hours.")].concat()
    };
    let rules = use_session().with(|me| me.can(Action::ManageHub));
    let empty = move || {
        waiting.with(Vec::is_empty).then(|| {
            view! {
                <EmptyState title="Nothing waits for approval">
                    "What needs a second person appears here by itself, with what it would do."
                </EmptyState>
            }
        })
    };
    view! {
        <PageHead
            title="Approvals"
            facts=move || view! { {facts} }
            actions=move || rules.then(|| view! {
                <LinkButton href=routes::APPROVAL_RULES icon="i-configure">"Approval rules"</LinkButton>
            })
        />
        <div class="stack">
            <Section id="waiting" title="Waiting">
                {empty}
                {waiting_list(waiting, refresh)}
            </Section>
            <Section id="over" title="Decided" rule=true>
                {move || over::list(&over.get())}
                {over::pager(previous, next)}
            </Section>
        </div>
    }
    .into_any()
}
