//! The side navigation.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::account_menu::AccountMenu;
use super::due::Due;
use super::navigation::{Entry, Group, is_at, navigation};
use crate::session::{Me, use_session};
use crate::ui::{Brand, Icon};

/// Places of the person's roles, and at the foot the account.
#[component]
pub(super) fn Side(me: Me, due: Due) -> impl IntoView {
    let session = use_session();
    let groups = navigation(&me)
        .into_iter()
        .enumerate()
        .map(|at| group(at, due))
        .collect_view();
    view! {
        <nav class="side" aria-label="Main">
            {move || view! { <Brand href=session.home()/> }}
            {groups}
            <div class="side-foot">
                <AccountMenu me=me/>
            </div>
        </nav>
    }
}

fn group((i, group): (usize, Group), due: Due) -> impl IntoView {
    let id = group.heading.map(|_| format!("nav-{i}"));
    let entries = group.entries.into_iter();
    let entries = entries.map(|at| entry(at, due)).collect_view();
    view! {
        {group.heading.map(|heading| view! { <p class="nav-h" id=id.clone()>{heading}</p> })}
        <ul class="nav" aria-labelledby=id>
            {entries}
        </ul>
    }
}

fn entry(entry: Entry, due: Due) -> impl IntoView {
    let path = use_location().pathname;
    let due = due.badge(entry.href);
    let current = move || path.with(|path| is_at(path, entry.href)).then_some("page");
    view! {
        <li>
            <a href=entry.href aria-current=current title=entry.label>
                <Icon name=entry.icon/>
                <span class="nav-t">{entry.label}</span>
                {due}
            </a>
        </li>
    }
}
