//! The twin: desired beside reported, and the way to change it.

mod answer;
mod conflict;
mod draft;
mod form;
mod form_row;
mod json;

use leptos::prelude::*;
use muster_core::ids::DeviceId;

use super::address::{DeviceAddress, View};
use crate::clock::use_now;
use crate::format;
use crate::live::wire::Aspect;
use crate::live::{Item, Topic, use_live};
use crate::panels::loaded::loaded;
use crate::panels::refresh::use_refreshed;
use crate::panels::twin::compare::{Agreement, Leaf};
use crate::panels::twin::tree;
use crate::reactive::dynamic;
use crate::rpc::data::Data;
use crate::rpc::devices::{TwinView, read_twin};
use crate::ui::{ButtonGroup, EmptyState, Section, TwinRow, TwinState, TwinTable};
use answer::{Answer, AnswerOfAddress, Meanwhile};
use conflict::Conflict;
use draft::Draft;
use form::FormEditor;
use json::JsonEditor;

/// The part of the page.
#[component]
pub(super) fn TwinTab(
    /// Which device.
    id: DeviceId,
    /// The state of the page.
    address: Memo<DeviceAddress>,
) -> impl IntoView {
    let data = {
        let id = id.clone();
        Data::new(|| (), move |()| read_twin(id.as_str().to_owned()))
    };
    let show = move |twin| view! { <TwinBody id=id.clone() address=address twin=twin/> }.into_any();
    view! { <div class="mt-6">{loaded(data, show)}</div> }
}

#[component]
fn TwinBody(id: DeviceId, address: Memo<DeviceAddress>, twin: TwinView) -> impl IntoView {
    let may_edit = twin.may_edit;
    let (current, refresh) = {
        let id = id.clone();
        use_refreshed(twin, move || read_twin(id.as_str().to_owned()))
    };
    let (followed, this) = (id.clone(), id.clone());
    use_live(
        move || vec![Topic::Device(followed.clone())],
        move |item| match item {
            Item::Device(news) if news.id == this && news.aspects.contains(&Aspect::Twin) => {
                refresh.ask()
            }
            Item::Resync => refresh.ask(),
            _ => {}
        },
    );
    let draft = Draft::new(current, refresh, address);
    let view_now = Memo::new(move |_| {
        let view = address.with(|address| address.view);
        if may_edit { view } else { View::Compare }
    });
    let versions = move || {
        current.with(|twin| {
            format!(
                "desired v{}, reported v{}",
                format::count(twin.desired_version),
                format::count(twin.reported_version)
            )
        })
    };
    let switch = {
        let id = id.clone();
        move || may_edit.then(|| view! { <Switch id=id view_now=view_now/> })
    };
    let body = {
        let id = id.clone();
        move || match (view_now.get(), draft.is_resolving()) {
            (View::Compare, _) => view! { <Compare current=current/> }.into_any(),
            (_, true) => view! { <Conflict id=id.clone() draft=draft/> }.into_any(),
            (View::Form, false) => view! { <FormEditor id=id.clone() draft=draft/> }.into_any(),
            (View::Json, false) => {
                view! { <JsonEditor id=id.clone() draft=draft address=address/> }.into_any()
            }
        }
    };
    view! {
        <Section id="twin" title="Twin" count=move || versions end=switch>
            <AnswerOfAddress address=address/>
            <Answer draft=draft/>
            <Meanwhile id=id draft=draft view_now=view_now/>
            {dynamic(body)}
        </Section>
    }
    .into_any()
}

/// Compare, Form, JSON: links, so that each has an address.
#[component]
fn Switch(id: DeviceId, view_now: Memo<View>) -> impl IntoView {
    let links = View::ALL
        .into_iter()
        .map(|view| {
            let href = DeviceAddress::twin(view).href(&id);
            let current = move || (view_now.get() == view).then_some("true");
            view! { <a class="btn btn--s" href=href aria-current=current>{view.title()}</a> }
        })
        .collect_view();
    view! { <ButtonGroup label="View">{links}</ButtonGroup> }
}

/// Both sides of each property, to read.
#[component]
fn Compare(current: RwSignal<TwinView>) -> impl IntoView {
    let clock = use_now();
    // The page's clock ticks slowly: what came since the last tick is not in the future.
    let now = Signal::derive(move || clock.get().max(current.with(|twin| twin.now)));
    let rows =
        Memo::new(move |_| current.with(|twin| twin.leaves.iter().map(row).collect::<Vec<_>>()));
    let empty = Memo::new(move |_| rows.with(Vec::is_empty));
    move || {
        if empty.get() {
            view! {
                <EmptyState title="Nothing desired, nothing reported">
                    "Desired properties are what the device should be; the device answers with what it is."
                </EmptyState>
            }
            .into_any()
        } else {
            view! { <TwinTable rows=rows now=now/> }.into_any()
        }
    }
}

fn row(leaf: &Leaf) -> TwinRow {
    TwinRow {
        path: leaf.path.clone(),
        desired: leaf.desired.as_ref().map(tree::shown),
        reported: leaf.reported.as_ref().map(tree::shown),
        state: match leaf.agreement {
            Agreement::Different => TwinState::Differs,
            Agreement::DesiredOnly => TwinState::DesiredOnly,
            Agreement::InSync => TwinState::InSync,
            Agreement::ReportedOnly => TwinState::ReportedOnly,
        },
        since: Some(leaf.since),
    }
}
