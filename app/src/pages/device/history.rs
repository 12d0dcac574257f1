//! What the device's desired properties were: each change, two moments beside each other, the way back.

mod compare;
mod differences;
mod restore;

use leptos::prelude::*;
use muster_core::ids::DeviceId;

use super::address::{DeviceAddress, Tab};
use crate::clock::use_now;
use crate::format::{self, TimeStyle};
use crate::live::wire::Aspect;
use crate::live::{Item, Topic, use_live};
use crate::panels::loaded::loaded;
use crate::panels::refresh::use_refreshed;
use crate::reactive::dynamic;
use crate::rpc::data::Data;
use crate::rpc::devices::{RevisionRow, Revisions, read_revisions};
use crate::ui::{Button, ButtonSize, LinkButton, Note, Pager, Section, TimeStamp, Tone};

/// Id of the form that the choices in the list belong to.
const FORM: &str = "compare";

/// The tab.
pub(super) fn history_tab(id: DeviceId, address: Memo<DeviceAddress>) -> AnyView {
    let restore = Memo::new(move |_| address.with(|address| address.restore.zip(address.at)));
    let pair = Memo::new(move |_| address.with(|a| (a.from.clone(), a.to.clone())));
    let (back, two) = (id.clone(), id.clone());
    let asked = move || match restore.get() {
        Some((version, at)) => restore::restore_section(back.clone(), version, at),
        None => {
            let (from, to) = pair.get();
            if from.is_empty() && to.is_empty() {
                return ().into_any();
            }
            compare::compare_section(two.clone(), from, to)
        }
    };
    let saved = move || {
        let version = address.with(|address| address.saved)?;
        Some(view! {
            <div class="mt-6">
                <Note tone=Tone::Ok alert=true>
                    {format!("Brought back, as desired version {}.", format::count(version))}
                </Note>
            </div>
        })
    };
    let cursor = Memo::new(move |_| address.with(|address| address.cursor.clone()));
    let device = id.as_str().to_owned();
    let data = Data::new(
        move || cursor.get(),
        move |cursor| read_revisions(device.clone(), cursor),
    );
    let show = move |found| {
        let address = address.get_untracked();
        view! { <Found id=id.clone() address=address found=found/> }.into_any()
    };
    view! {
        {dynamic(saved)}
        {dynamic(asked)}
        <div class="mt-6">
            <Section id="history" title="Changes of desired properties">{loaded(data, show)}</Section>
        </div>
    }
    .into_any()
}

#[component]
fn Found(id: DeviceId, address: DeviceAddress, found: Revisions) -> impl IntoView {
    let cursor = address.cursor.clone();
    let newest = cursor.is_none();
    let device = id.as_str().to_owned();
    let read = move || read_revisions(device.clone(), cursor.clone());
    let (found, refresh) = use_refreshed(found, read);
    let (followed, this) = (id.clone(), id.clone());
    use_live(
        move || vec![Topic::Device(followed.clone())],
        move |item| match item {
            Item::Device(news)
                if newest && news.id == this && news.aspects.contains(&Aspect::Twin) =>
            {
                refresh.ask()
            }
            Item::Resync => refresh.ask(),
            _ => {}
        },
    );
    // What is chosen outlives a new reading of the list.
    let picked = RwSignal::new((address.from.clone(), address.to.clone()));
    let of = id.clone();
    let rows = move || {
        let (current, may) = found.with(|found| (found.current, found.may_restore));
        let rows = found.with(|found| found.rows.clone()).into_iter();
        rows.map(|revision| row(&of, revision, current, may, picked))
            .collect_view()
    };
    let page = move |cursor: Option<String>, id: &DeviceId, address: &DeviceAddress| {
        let there = DeviceAddress {
            cursor: Some(cursor?),
            from: address.from.clone(),
            to: address.to.clone(),
            ..DeviceAddress::tab(Tab::History)
        };
        Some(there.href(id))
    };
    let (newer, older) = ((id.clone(), address.clone()), (id.clone(), address.clone()));
    let previous = Signal::derive(move || {
        let cursor = found.with(|found| found.previous.clone());
        page(cursor, &newer.0, &newer.1)
    });
    let next = Signal::derive(move || {
        let cursor = found.with(|found| found.next.clone());
        page(cursor, &older.0, &older.1)
    });
    view! {
        {pick_form(&id, &address)}
        <table class="table cards revisions mt-4" role="table">
            <caption class="sr-only">"Changes, the newest first"</caption>
            <thead role="rowgroup">
                <tr role="row">
                    <th scope="col" role="columnheader">"Change"</th>
                    <th scope="col" role="columnheader">"By"</th>
                    <th scope="col" role="columnheader" class="num">"When"</th>
                    <th scope="col" role="columnheader">"From"</th>
                    <th scope="col" role="columnheader">"To"</th>
                    <th scope="col" role="columnheader"><span class="sr-only">"What you can do"</span></th>
                </tr>
            </thead>
            <tbody role="rowgroup">{dynamic(rows)}</tbody>
        </table>
        <Pager previous=previous next=next>"The newest first. They are kept as long as the device."</Pager>
    }
    .into_any()
}

/// Two moments: picked in the list, or written.
fn pick_form(id: &DeviceId, address: &DeviceAddress) -> AnyView {
    let field = |name: &'static str, label: &'static str| {
        view! {
            <input
                class="input input--s"
                name=name
                placeholder="2026-11-22 03:30"
                autocomplete="off"
                aria-label=label
            />
        }
        .into_any()
    };
    let cursor = address.cursor.clone();
    let cursor = cursor.map(|cursor| view! { <input type="hidden" name="cursor" value=cursor/> });
    view! {
        <form id=FORM class="toolbar ops-filter" method="get" action=crate::routes::device(id) aria-label="Compare two moments">
            <input type="hidden" name="tab" value="history"/>
            {cursor}
            <span class="meta">"Pick two in the list, or write moments in UTC:"</span>
            {field("from_at", "From this moment, in UTC")}
            {field("to_at", "To this moment, in UTC")}
            <Button submit=true>"Compare"</Button>
        </form>
    }
    .into_any()
}

fn row(
    id: &DeviceId,
    revision: RevisionRow,
    current: u64,
    may_restore: bool,
    picked: RwSignal<(String, String)>,
) -> AnyView {
    let now = use_now();
    let age = Signal::derive(move || TimeStyle::Age { now: now.get() });
    let version = revision.version;
    let number = version.to_string();
    let (from, to) = picked.get_untracked();
    let choice = |name: &'static str, label: String, chosen: bool| {
        let value = number.clone();
        let pick = move |_| {
            picked.update(|picked| match name {
                "from" => picked.0 = version.to_string(),
                _ => picked.1 = version.to_string(),
            });
        };
        view! { <input type="radio" form=FORM name=name value=value aria-label=label checked=chosen on:change=pick/> }
            .into_any()
    };
    let changes = DeviceAddress {
        from: version.saturating_sub(1).max(1).to_string(),
        to: number.clone(),
        ..DeviceAddress::tab(Tab::History)
    };
    let back = (may_restore && version != current).then(|| {
        let address = DeviceAddress {
            restore: Some(version),
            at: Some(revision.at),
            ..DeviceAddress::tab(Tab::History)
        };
        let words = format!(" version {version}");
        view! {
            <LinkButton href=address.href(id) size=ButtonSize::Small>
                "Restore…" <span class="sr-only">{words}</span>
            </LinkButton>
        }
    });
    let by = match revision.href {
        Some(href) => view! { <a href=href>{revision.by}</a> }.into_any(),
        // What was there at first has no author; a cell with nothing in it is left out where there is no room.
        None if revision.by.is_empty() => ().into_any(),
        None => revision.by.into_any(),
    };
    let reason = revision
        .reason
        .map(|reason| view! { <span class="sub">{format::sentence(&reason)}</span> });
    let word = if version == current {
        format!("Version {}, in force", format::count(version))
    } else {
        format!("Version {}", format::count(version))
    };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader" class="wrap">
                <a class="id" href=changes.href(id)>{word}</a>
                <span class="sub">{revision.what}</span>
                {reason}
            </th>
            <td role="cell" data-label="By">{by}</td>
            <td role="cell" data-label="When" class="num"><TimeStamp ms=revision.at style=age/></td>
            <td role="cell" data-label="From">{choice("from", format!("From version {number}"), from == number)}</td>
            <td role="cell" data-label="To">{choice("to", format!("To version {number}"), to == number)}</td>
            <td role="cell" class="end-a">{back}</td>
        </tr>
    }
    .into_any()
}
