//! The top bar: finding a device, the live state, the clock, the theme; for readers also navigation and account.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::account_menu::AccountMenu;
use super::navigation::{is_at, navigation};
use super::palette::{Palette, palette_button};
use crate::clock::use_now;
use crate::format::{self, Zone};
use crate::live::{Following, use_following};
use crate::reactive::dynamic;
use crate::routes;
use crate::session::{Me, use_session};
use crate::ui::{Brand, Icon, LiveState, LiveStatus, ThemeSwitch, use_zone};

/// The top bar.
#[component]
pub(super) fn Top(me: Me, palette: Palette) -> impl IntoView {
    let reads = me.only_reads();
    let session = use_session();
    let begin = if reads {
        view! {
            {move || view! { <Brand href=session.home()/> }}
            <TopNavigation me=me.clone()/>
        }
        .into_any()
    } else {
        view! {
            {move || view! { <Brand href=session.home() mark_only=true/> }}
            {(!me.must_change_password).then(|| view! { <FindDevice/> })}
        }
        .into_any()
    };
    let signed_out = move || {
        session.me().is_none().then(|| {
            view! {
                <a href=routes::SIGN_IN rel="external">"You are signed out. Sign in"</a>
            }
        })
    };
    let finder = (!me.must_change_password).then(|| palette_button(palette));
    let account = reads.then(|| view! { <AccountMenu me=me top=true/> });
    view! {
        <header class="top">
            {begin}
            <div class="top-end">
                {dynamic(signed_out)}
                {finder}
                <Live/>
                <Clock/>
                <ThemeSwitch/>
                {account}
            </div>
        </header>
    }
}

/// Finds devices by any part of their id or of a tag value: a form of the fleet page.
#[component]
fn FindDevice() -> impl IntoView {
    view! {
        <form class="jump" role="search" action=routes::FLEET method="get">
            <Icon name="i-search"/>
            <input
                type="search"
                name=routes::FLEET_TEXT
                placeholder="Find a device"
                aria-label="Find a device"
                autocomplete="off"
            />
        </form>
    }
}

/// The navigation of readers.
#[component]
fn TopNavigation(me: Me) -> impl IntoView {
    let path = use_location().pathname;
    let links = navigation(&me)
        .into_iter()
        .flat_map(|group| group.entries)
        .map(|entry| {
            let current = move || path.with(|path| is_at(path, entry.href)).then_some("page");
            view! { <a href=entry.href aria-current=current>{entry.label}</a> }
        })
        .collect_view();
    view! {
        <nav class="topnav" aria-label="Main">
            {links}
        </nav>
    }
}

/// Whether the page follows the hub; when it does not, since when.
#[component]
fn Live() -> impl IntoView {
    let following = use_following();
    let zone = use_zone();
    let now = use_now();
    let path = use_location().pathname;
    // A page that does not follow was read when it was opened.
    let loaded = Memo::new(move |_| {
        path.track();
        now.get_untracked()
    });
    let status = Signal::derive(move || status(following.get(), loaded.get(), zone.get()));
    view! { <LiveState status=status/> }
}

fn status(following: Following, loaded: i64, zone: Zone) -> LiveStatus {
    match following {
        Following::Live => LiveStatus::Live,
        Following::Off => LiveStatus::Still(["Loaded ", &format::clock(loaded, zone)].concat()),
        Following::Connecting => LiveStatus::Still("Connecting".to_owned()),
        Following::Reconnecting => LiveStatus::Stale("Reconnecting".to_owned()),
        Following::Old { since } => {
            LiveStatus::Down(["Old, from ", &format::clock(since, zone)].concat())
        }
    }
}

/// The present with the name of its zone.
#[component]
fn Clock() -> impl IntoView {
    let now = use_now();
    let zone = use_zone();
    let words = move || {
        let (now, zone) = (now.get(), zone.get());
        [format::date_time(now, zone), zone.name(now)].join(" ")
    };
    view! {
        <span class="clock">
            <time datetime=move || format::iso(now.get())>{dynamic(words)}</time>
        </span>
    }
}
