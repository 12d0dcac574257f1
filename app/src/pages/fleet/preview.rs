//! The device under the cursor, beside the list: contact, tags, the latest events.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use muster_core::ids::DeviceId;

use super::address::FleetAddress;
use super::selection::Hand;
use crate::clock::use_now;
use crate::format::{self, TimeStyle};
use crate::pages::device::timeline::LatestEvents;
use crate::panels::loaded::loaded;
use crate::panels::twin::tree;
use crate::reactive::effect;
use crate::routes;
use crate::rpc::data::Data;
use crate::rpc::devices::{DeviceView, show_device};
use crate::ui::{
    ButtonKind, ButtonSize, IconButton, KeyValue, KeyValues, LinkButton, Look, Pill, TimeStamp,
    look,
};

/// Tags in view; the device's page has all of them.
const TAGS: usize = 12;

/// The panel; nothing while no device is previewed.
pub(super) fn preview(hand: Hand) -> Option<AnyView> {
    hand.preview.get().map(|id| panel(id, hand))
}

/// Keeps the previewed device in the address: a link shows it too, and going back closes it or shows the one before.
pub(super) fn use_preview_in(address: Memo<FleetAddress>, hand: Hand) {
    let named = Memo::new(move |_| address.with(|address| address.preview.clone()));
    effect(move || {
        let named = named.get();
        if hand.preview.with_untracked(|shown| *shown != named) {
            hand.preview.set(named);
        }
    });
    let navigate = use_navigate();
    effect(move || {
        let shown = hand.preview.get();
        let address = address.get_untracked();
        if address.preview == shown {
            return;
        }
        // From device to device is one step on the way back.
        let quietly = NavigateOptions {
            replace: shown.is_some() && address.preview.is_some(),
            scroll: false,
            ..NavigateOptions::default()
        };
        let with = FleetAddress {
            preview: shown,
            ..address
        };
        navigate(&with.href(), quietly);
    });
}

fn panel(id: DeviceId, hand: Hand) -> AnyView {
    let name = id.as_str().to_owned();
    let href = routes::device(&id);
    let data = {
        let id = name.clone();
        Data::new(|| (), move |()| show_device(id.clone()))
    };
    let show = move |device: DeviceView| facts(&device);
    let close = move |_| hand.preview.set(None);
    view! {
        <aside class="preview" id="preview" aria-labelledby="preview-name">
            <div class="preview-h">
                <h2 id="preview-name" class="grow"><a class="plain" href=href.clone()>{name}</a></h2>
                <LinkButton href=href size=ButtonSize::Small>"Open"</LinkButton>
                <IconButton
                    icon="i-x"
                    label="Close preview"
                    kind=ButtonKind::Quiet
                    size=ButtonSize::Small
                    on_press=close
                />
            </div>
            {loaded(data, show)}
            <h3 class="mt-4">"Latest"</h3>
            <LatestEvents id=id/>
            <p class="keys mt-4">
                <span><kbd class="kbd">"j"</kbd><kbd class="kbd">"k"</kbd>" next device"</span>
                <span><kbd class="kbd">"Space"</kbd>" close"</span>
            </p>
        </aside>
    }
    .into_any()
}

fn facts(device: &DeviceView) -> AnyView {
    let now = use_now();
    let last = device.last_activity;
    let ago = Signal::derive(move || TimeStyle::Ago {
        now: now.get().max(last.unwrap_or(i64::MIN)),
    });
    let last = match last {
        Some(at) => view! { <TimeStamp ms=at style=ago/> }.into_any(),
        None => "Never".into_any(),
    };
    let expected = [
        " every ",
        &format::duration(i64::from(device.every_s) * 1000),
    ]
    .concat();
    let connection = match &device.connection {
        Some(open) => [&open.protocol, " from ", &open.address].concat(),
        None => "None".to_owned(),
    };
    let twin = if device.open_properties == 0 {
        look::IN_SYNC
    } else {
        look::DRIFT
    };
    let model = match device.model.as_str() {
        "" => format::DASH.to_owned(),
        model => model.to_owned(),
    };
    let firmware = device.firmware.clone();
    let tags = tree::leaves(&device.tags);
    let more = tags.len().saturating_sub(TAGS);
    let tags = tags
        .into_iter()
        .take(TAGS)
        .map(|(path, value)| {
            let value = tree::shown(value);
            view! { <KeyValue term=tree::dotted(&path)>{value}</KeyValue> }
        })
        .collect_view();
    let (contact, open) = (device.contact, device.open_properties);
    let (stage, status) = (
        Look::from(device.stage).word,
        Look::from(device.status).word,
    );
    view! {
        <p class="row">
            {contact.map(|contact| view! { <Pill look=Look::from(contact)/> })}
            {(open > 0).then(|| view! { <Pill look=look::DRIFT/> })}
        </p>
        <h3 class="mt-4">"Contact"</h3>
        <KeyValues>
            <KeyValue term="Last contact">{last}<span class="dim">{expected}</span></KeyValue>
            <KeyValue term="Connection">{connection}</KeyValue>
            <KeyValue term="Stage">{stage}</KeyValue>
            <KeyValue term="Status">{status}</KeyValue>
            <KeyValue term="Twin">{twin.word}</KeyValue>
            <KeyValue term="Model">{model}</KeyValue>
            <KeyValue term="Firmware">{firmware.unwrap_or_else(|| format::DASH.to_owned())}</KeyValue>
        </KeyValues>
        <h3 class="mt-4">"Tags"</h3>
        <KeyValues>{tags}</KeyValues>
        {(more > 0).then(|| view! { <p class="meta">{format!("and {more} more on its page")}</p> })}
    }
    .into_any()
}
