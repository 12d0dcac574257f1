//! The navigation of phones.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::due::Due;
use super::navigation::{Entry, is_at, navigation};
use crate::routes;
use crate::session::Me;
use crate::ui::{Icon, IconSize};

/// Most places beside the account; the account page lists the rest.
pub(crate) const MAX_TABS: usize = 4;

const ACCOUNT: Entry = Entry {
    href: routes::ACCOUNT,
    label: "Account",
    icon: "i-user",
};

/// The first places and the account, within reach of the thumb.
#[component]
pub(super) fn TabBar(me: Me, due: Due) -> impl IntoView {
    let places = navigation(&me).into_iter().flat_map(|group| group.entries);
    let tabs = places
        .take(MAX_TABS)
        .chain([ACCOUNT])
        .map(|at| tab(at, due))
        .collect_view();
    view! {
        <nav class="tabbar" aria-label="Main, phone">
            {tabs}
        </nav>
    }
}

fn tab(entry: Entry, due: Due) -> impl IntoView {
    let due = due.badge(entry.href);
    let path = use_location().pathname;
    let current = move || path.with(|path| is_at(path, entry.href)).then_some("page");
    view! {
        <a href=entry.href aria-current=current>
            <Icon name=entry.icon size=IconSize::Large/>
            <span>{entry.label}</span>
            {due}
        </a>
    }
}
