//! The third tab: who did what to the operation, and what it did by itself.

use leptos::prelude::*;
use muster_core::ids::OperationId;

use crate::clock::use_now;
use crate::live::wire::EventView;
use crate::live::{Item, Topic, use_live};
use crate::panels::events::EventList;
use crate::panels::loaded::loaded;
use crate::panels::refresh::use_refreshed;
use crate::reactive::dynamic;
use crate::rpc::data::Data;
use crate::rpc::operations::operation_events;
use crate::ui::section;

/// The tab.
pub(super) fn history_tab(id: OperationId) -> AnyView {
    let data = Data::new(move || id, operation_events);
    let show = move |events| view! { <Events id=id events=events/> }.into_any();
    section("history", "History", false, loaded(data, show))
}

#[component]
fn Events(id: OperationId, events: Vec<EventView>) -> impl IntoView {
    let (events, refresh) = use_refreshed(events, move || operation_events(id));
    use_live(
        move || vec![Topic::Operation(id)],
        move |item| match item {
            Item::Operations(ids) if ids.contains(&id) => refresh.ask(),
            Item::Resync => refresh.ask(),
            _ => {}
        },
    );
    let now = use_now();
    let none = move || {
        events
            .with(Vec::is_empty)
            .then(|| view! { <p class="meta">"Nothing has happened to it yet."</p> })
    };
    view! {
        {dynamic(none)}
        <EventList events=events now=now name_devices=true/>
    }
    .into_any()
}
