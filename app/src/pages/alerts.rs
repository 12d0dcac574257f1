//! The inbox of alerts, with one of them open beside it.

pub mod address;
mod deeds;
mod detail;
mod device;
mod keys;
mod list;
mod row;

use leptos::prelude::*;
use leptos_router::hooks::use_location;

pub(super) use device::AlertsOfDevice;
pub(super) use row::severity_state;

use crate::live::{Item, Topic, use_live};
use crate::panels::loaded::loaded;
use crate::panels::refresh::{Refresh, use_refreshed};
use crate::reactive::{dynamic, effect_of_change};
use crate::rpc::alerts::{AlertView, Inbox, list_alerts, show_alert};
use crate::rpc::data::Data;
use crate::shell::Page;
use address::InboxAddress;
use deeds::Deeds;

/// `/alerts`
#[component]
pub fn AlertsPage() -> impl IntoView {
    let search = use_location().search;
    let address = Memo::new(move |_| InboxAddress::parse(&search.get()));
    let deeds = Deeds::new();
    // The list stays while another alert is opened.
    let part = Memo::new(move |_| address.with(|address| address.with(None)));
    let data = Data::new(
        move || part.get(),
        |at| list_alerts(at.tab.as_str().to_owned(), at.rule, at.page),
    );
    let opened = Memo::new(move |_| address.with(|address| address.alert));
    let class = move || match opened.get() {
        Some(_) => "inbox inbox--one",
        None => "inbox",
    };
    let detail = move || match opened.get() {
        None => view! { <p class="meta">"Choose an alert to see what happened."</p> }.into_any(),
        Some(id) => {
            let data = Data::new(|| (), move |()| show_alert(id));
            loaded(data, move |found| open(found, address, deeds))
        }
    };
    view! {
        <Page title="Alerts" class="page--flush">
            <div class=class>
                <section class="inbox-list" aria-labelledby="alerts">
                    {loaded(data, move |found| body(found, part, address, deeds))}
                </section>
                <article class="inbox-detail" aria-label="Alert">
                    {deeds.failure()}
                    {dynamic(detail)}
                </article>
            </div>
        </Page>
    }
    .into_any()
}

fn body(
    found: Inbox,
    part: Memo<InboxAddress>,
    address: Memo<InboxAddress>,
    deeds: Deeds,
) -> AnyView {
    let at = part.get_untracked();
    let (found, refresh) = use_refreshed(found, move || {
        let at = at.clone();
        list_alerts(at.tab.as_str().to_owned(), at.rule, at.page)
    });
    follow(refresh, deeds);
    keys::use_inbox_keys(found, address, deeds);
    list::inbox(found, address, deeds)
}

fn open(found: AlertView, address: Memo<InboxAddress>, deeds: Deeds) -> AnyView {
    let id = found.row.id;
    let (found, refresh) = use_refreshed(found, move || show_alert(id));
    follow(refresh, deeds);
    detail::detail(found, address, deeds)
}

/// Reads again when alerts change, and after a deed of one's own.
fn follow(refresh: Refresh, deeds: Deeds) {
    use_live(
        || vec![Topic::Alerts],
        move |item| {
            if matches!(item, Item::Alerts | Item::Resync) {
                refresh.ask();
            }
        },
    );
    effect_of_change(move |changed| {
        deeds.track();
        if changed {
            refresh.ask();
        }
    });
}
