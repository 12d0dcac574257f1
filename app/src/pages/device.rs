//! One device: how it is, what it should be, what happened to it.

mod access;
pub mod address;
pub(crate) mod facts;
mod head;
mod history;
mod identity;
mod keys;
mod method;
mod operations;
mod overview;
mod status;
mod telemetry;
pub(crate) mod timeline;
mod twin;

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::live::wire::Aspect;
use crate::live::{Item, Topic, use_live};
use crate::panels::loaded::loaded;
use crate::panels::refresh::use_refreshed;
use crate::reactive::dynamic;
use crate::routes;
use crate::rpc::data::Data;
use crate::rpc::devices::{DeviceView, show_device};
use crate::shell::Page;
use crate::ui::{Note, Tab as UiTab, Tabs, Tone};
use address::{DeviceAddress, Tab};
use facts::DeviceFacts;
use head::DeviceHead;
use history::history_tab;
use operations::operations_tab;
use overview::Overview;
use timeline::TimelineTab;
use twin::TwinTab;

/// `/devices/:id`
#[component]
pub fn DevicePage() -> impl IntoView {
    let path = use_location().pathname;
    // On the way to another page the address changes first: the device stays until this page is gone.
    let id = Memo::new(move |before: Option<&String>| {
        let id = path.with(|path| routes::device_text(path));
        id.or_else(|| before.cloned()).unwrap_or_default()
    });
    let data = Data::new(move || id.get(), show_device);
    let show = |device| view! { <DeviceBody device=device/> }.into_any();
    view! {
        <Page title=id class="device">
            {loaded(data, show)}
        </Page>
    }
    .into_any()
}

#[component]
fn DeviceBody(device: DeviceView) -> impl IntoView {
    let id = device.id.clone();
    let search = use_location().search;
    let address = Memo::new(move |_| DeviceAddress::parse(&search.get()));
    let (device, refresh) = {
        let id = id.clone();
        use_refreshed(device, move || show_device(id.as_str().to_owned()))
    };
    let gone = RwSignal::new(false);
    {
        let (followed, this) = (id.clone(), id.clone());
        use_live(
            move || vec![Topic::Device(followed.clone())],
            move |item| match item {
                Item::Device(news) if news.id == this => {
                    if news.aspects.contains(&Aspect::Deleted) {
                        gone.set(true);
                    } else {
                        refresh.ask();
                    }
                }
                Item::Resync => refresh.ask(),
                _ => {}
            },
        );
    }
    let tab = Memo::new(move |_| address.with(|address| address.tab));
    let tabs = {
        let id = id.clone();
        Signal::derive(move || {
            let open = device.with(|device| device.open_properties);
            Tab::ALL
                .iter()
                .copied()
                .map(|each| UiTab {
                    label: each.title().to_owned(),
                    href: DeviceAddress::tab(each).href(&id),
                    count: (each == Tab::Twin && open > 0).then_some(open),
                    current: each == tab.get(),
                })
                .collect::<Vec<_>>()
        })
    };
    let body = move || match tab.get() {
        Tab::Overview => view! { <Overview device=device address=address/> }.into_any(),
        Tab::Twin => view! { <TwinTab id=id.clone() address=address/> }.into_any(),
        Tab::Timeline => view! { <TimelineTab id=id.clone() address=address/> }.into_any(),
        Tab::Operations => operations_tab(id.clone(), address),
        Tab::History => history_tab(id.clone(), address),
    };
    let deleted = move || {
        gone.get().then(|| {
            view! {
                <div class="mb-4">
                    <Note tone=Tone::Attention alert=true>
                        <strong>"This device was deleted a moment ago. "</strong>
                        "What stands here is what was last known; its events stay in the audit trail."
                    </Note>
                </div>
            }
        })
    };
    view! {
        {dynamic(deleted)}
        <DeviceHead device=device refresh=refresh/>
        <Tabs label="Parts of the device" tabs=tabs/>
        <div class="mt-4"><DeviceFacts device=device/></div>
        {dynamic(body)}
    }
    .into_any()
}
