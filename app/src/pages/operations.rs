//! Bulk operations: one list of all, whatever their state.

pub mod address;
mod drafts;
pub(crate) mod filter;
mod table;

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use muster_core::policy::Action;

use crate::live::{Item, Topic, use_live};
use crate::panels::loaded::loaded;
use crate::panels::refresh::use_refreshed;
use crate::reactive::dynamic;
use crate::routes;
use crate::rpc::data::Data;
use crate::rpc::operations::{OperationsPage as Found, list_operations};
use crate::session::use_session;
use crate::shell::Page;
use crate::ui::{ButtonKind, EmptyState, LinkButton, PageHead, Pager};
use address::ListAddress;
use drafts::Drafts;
use filter::{filter_form, group_tabs};
use table::operations_table;

/// `/operations`
#[component]
pub fn OperationsPage() -> impl IntoView {
    let search = use_location().search;
    let address = Memo::new(move |_| ListAddress::parse(&search.get()));
    let data = Data::new(move || address.get().query(), list_operations);
    let may_run = use_session().with(|me| me.can(Action::RunOperations));
    let show = move |found: Found| {
        let address = address.get_untracked();
        view! { <Body address=address found=found may_run=may_run/> }.into_any()
    };
    let actions = move || may_run.then(new_button);
    view! {
        <Page title="Operations">
            <PageHead
                title="Operations"
                facts=|| "Changes to many devices at once: what, to whom, in which order, and what became of it."
                actions=actions
            />
            {dynamic(move || group_tabs(&address.get()))}
            {dynamic(move || filter_form(&address.get()))}
            {loaded(data, show)}
        </Page>
    }
    .into_any()
}

fn new_button() -> AnyView {
    view! {
        <LinkButton href=routes::NEW_OPERATION kind=ButtonKind::Primary icon="i-plus">
            "New operation…"
        </LinkButton>
    }
    .into_any()
}

#[component]
fn Body(address: ListAddress, found: Found, may_run: bool) -> impl IntoView {
    let query = address.query();
    let (found, refresh) = use_refreshed(found, move || list_operations(query.clone()));
    use_live(
        || vec![Topic::Operations],
        move |item| {
            if matches!(item, Item::Operations(_) | Item::Resync) {
                refresh.ask();
            }
        },
    );
    let place = address.clone();
    let content = move || {
        found.with(|found| {
            if found.rows.is_empty() {
                empty(&place, may_run)
            } else {
                operations_table(&found.rows)
            }
        })
    };
    let href = |cursor: Option<String>, place: &ListAddress| {
        cursor.map(|cursor| place.at(Some(cursor)).href())
    };
    let (back, on) = (address.clone(), address);
    let previous = Signal::derive(move || href(found.with(|found| found.previous.clone()), &back));
    let next = Signal::derive(move || href(found.with(|found| found.next.clone()), &on));
    view! {
        {dynamic(move || view! { <Drafts drafts=found.with(|found| found.drafts.clone())/> })}
        {dynamic(content)}
        <Pager previous=previous next=next>"The newest first."</Pager>
    }
    .into_any()
}

/// Nothing is listed: because of the filter, or because nobody has made any yet.
fn empty(address: &ListAddress, may_run: bool) -> AnyView {
    if address.is_filtered() {
        return view! {
            <div class="mt-6">
                <EmptyState
                    title="No operation matches"
                    actions=|| view! { <LinkButton href=routes::OPERATIONS>"Show all"</LinkButton> }
                >
                    "None is in these states, of this kind, with this text in its title."
                </EmptyState>
            </div>
        }
        .into_any();
    }
    let words = if may_run {
        "Choose devices in the fleet and press “Change these devices…”, or begin with the change and choose the devices after. \
         Before anything is touched you see how many devices it reaches and who is left out."
    } else {
        "As soon as an operator changes many devices at once, the operation stands here with its progress."
    };
    view! {
        <div class="mt-6">
            <EmptyState title="No operation yet" first_time=true actions=move || may_run.then(new_button)>
                {words}
            </EmptyState>
        </div>
    }
    .into_any()
}
