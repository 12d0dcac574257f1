//! What happened to the device.

use leptos::prelude::*;
use muster_core::ids::DeviceId;

use super::address::{DeviceAddress, Tab};
use crate::clock::use_now;
use crate::live::wire::Aspect;
use crate::live::{Item, Topic, use_live};
use crate::panels::events::EventList;
use crate::panels::loaded::loaded;
use crate::panels::refresh::use_refreshed;
use crate::reactive::dynamic;
use crate::rpc::data::Data;
use crate::rpc::devices::{Timeline, read_timeline};
use crate::ui::{Pager, Section};

/// Events on the overview.
const LATEST: usize = 8;

/// Everything, newest first, page by page.
#[component]
pub(super) fn TimelineTab(
    /// Which device.
    id: DeviceId,
    /// The state of the page.
    address: Memo<DeviceAddress>,
) -> impl IntoView {
    let cursor = Memo::new(move |_| address.with(|address| address.cursor.clone()));
    let data = {
        let id = id.clone();
        Data::new(
            move || cursor.get(),
            move |cursor| read_timeline(id.as_str().to_owned(), cursor),
        )
    };
    let show = move |timeline| {
        let cursor = cursor.get_untracked();
        view! { <TimelinePage id=id.clone() cursor=cursor timeline=timeline/> }.into_any()
    };
    view! {
        <div class="mt-6">
            <Section id="timeline" title="Timeline">
                {loaded(data, show)}
            </Section>
        </div>
    }
    .into_any()
}

#[component]
fn TimelinePage(id: DeviceId, cursor: Option<String>, timeline: Timeline) -> impl IntoView {
    let newest_page = cursor.is_none();
    let timeline = use_followed(id.clone(), cursor, timeline);
    let now = use_now();
    let events = Signal::derive(move || timeline.with(|timeline| timeline.rows.clone()));
    let href = move |cursor: Option<String>| {
        let address = DeviceAddress {
            cursor: Some(cursor?),
            ..DeviceAddress::tab(Tab::Timeline)
        };
        Some(address.href(&id))
    };
    let newer = {
        let href = href.clone();
        Signal::derive(move || href(timeline.with(|timeline| timeline.previous.clone())))
    };
    let older = Signal::derive(move || href(timeline.with(|timeline| timeline.next.clone())));
    let empty = move || {
        timeline
            .with(|timeline| timeline.rows.is_empty())
            .then(|| view! { <p class="meta">"Nothing has happened to this device yet."</p> })
    };
    let words = if newest_page {
        "The newest events first."
    } else {
        "Older events."
    };
    view! {
        {dynamic(empty)}
        <EventList events=events now=now/>
        <Pager previous=newer next=older>{words}</Pager>
    }
    .into_any()
}

/// The newest events, for the overview.
#[component]
pub(crate) fn LatestEvents(
    /// Which device.
    id: DeviceId,
) -> impl IntoView {
    let data = {
        let id = id.clone();
        Data::new(|| (), move |()| read_timeline(id.as_str().to_owned(), None))
    };
    let show = move |timeline| view! { <Latest id=id.clone() timeline=timeline/> }.into_any();
    loaded(data, show)
}

#[component]
fn Latest(id: DeviceId, timeline: Timeline) -> impl IntoView {
    let timeline = use_followed(id, None, timeline);
    let now = use_now();
    let events = Signal::derive(move || {
        timeline.with(|timeline| {
            timeline
                .rows
                .iter()
                .take(LATEST)
                .cloned()
                .collect::<Vec<_>>()
        })
    });
    view! { <EventList events=events now=now/> }
}

/// A page of the timeline that follows the device while it is the newest one.
fn use_followed(id: DeviceId, cursor: Option<String>, first: Timeline) -> RwSignal<Timeline> {
    let follows = cursor.is_none();
    let (timeline, refresh) = {
        let id = id.clone();
        use_refreshed(first, move || {
            read_timeline(id.as_str().to_owned(), cursor.clone())
        })
    };
    let (followed, this) = (id.clone(), id);
    use_live(
        move || {
            if follows {
                vec![Topic::Device(followed.clone())]
            } else {
                Vec::new()
            }
        },
        move |item| match item {
            Item::Device(news)
                if follows && news.id == this && !news.aspects.contains(&Aspect::Deleted) =>
            {
                refresh.ask()
            }
            Item::Resync => refresh.ask(),
            _ => {}
        },
    );
    timeline
}
