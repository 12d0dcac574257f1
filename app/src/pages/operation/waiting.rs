//! Why devices wait, each reason with its devices, its next look, and the way to override it.

use leptos::prelude::*;
use muster_core::ids::OperationId;
use muster_core::operation::TargetState;

use super::address::OperationAddress;
use super::pass::PassMenu;
use crate::clock::use_now;
use crate::format::{self, TimeStyle};
use crate::panels::refresh::Refresh;
use crate::reactive::dynamic;
use crate::routes;
use crate::rpc::operations::{Holds, OperationView, WaitingRow};
use crate::ui::{Bar, ButtonSize, Count, Icon, LinkButton, Section, Segment, TimeStamp};

/// The symbol of what holds devices.
pub(super) fn icon(holds: Holds) -> &'static str {
    match holds {
        Holds::Window => "i-window",
        Holds::Condition => "i-filter",
        Holds::Place => "i-geofence",
        Holds::Offline => "i-signal",
        Holds::Limit => "s-waiting",
        Holds::Retry => "i-refresh",
        Holds::HeldBy => "i-lock",
        Holds::Maintenance => "i-configure",
    }
}

/// The section; nothing while no device waits.
#[component]
pub(super) fn Waiting(
    /// The operation as it is now.
    operation: RwSignal<OperationView>,
    /// Reads it again.
    refresh: Refresh,
) -> impl IntoView {
    let id = operation.with_untracked(|o| o.row.id);
    let none = move || {
        operation.with(|o| o.waiting.is_empty()).then(|| {
            let over = operation.with(|o| o.row.state.is_over());
            let words = if over {
                "The operation is over; nothing waits any more."
            } else {
                "No device waits right now."
            };
            view! { <p class="meta">{words}</p> }
        })
    };
    let keys = move || {
        operation.with(|o| {
            let key = |row: &WaitingRow| (row.gate, row.why.clone());
            o.waiting.iter().map(key).collect::<Vec<_>>()
        })
    };
    let count = move || {
        let n = operation.with(|o| o.row.counts.waiting);
        (n > 0).then(|| view! { <Count n=u64::from(n) href=OperationAddress::devices(&[TargetState::Waiting]).href(id)/> })
    };
    let table = move |(gate, why): (Option<u8>, String)| line(id, operation, refresh, gate, why);
    view! {
        <Section
            id="waiting"
            title="Why devices wait"
            count=move || dynamic(count)
            end=|| view! { <span class="stamp">"counted by the first reason that holds"</span> }
        >
            {dynamic(none)}
            <table class="table why cards" role="table">
                <caption class="sr-only">"Reasons, most devices first"</caption>
                <thead class="sr-only" role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader">"Reason"</th>
                        <th scope="col" role="columnheader">"Share"</th>
                        <th scope="col" role="columnheader">"Devices"</th>
                        <th scope="col" role="columnheader">"What you can do"</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    <For each=keys key=Clone::clone let:key>{table(key)}</For>
                </tbody>
            </table>
        </Section>
    }
    .into_any()
}

fn line(
    id: OperationId,
    operation: RwSignal<OperationView>,
    refresh: Refresh,
    gate: Option<u8>,
    why: String,
) -> AnyView {
    let wanted = why.clone();
    let find = move |o: &OperationView| {
        let same = |row: &&WaitingRow| row.gate == gate && row.why == wanted;
        o.waiting.iter().find(same).cloned()
    };
    let Some(first) = operation.with_untracked(&find) else {
        return ().into_any();
    };
    let (holds, held_by) = (first.holds, first.held_by);
    let row = Memo::new(move |before: Option<&WaitingRow>| {
        let now = operation.with(&find);
        now.or_else(|| before.cloned())
            .unwrap_or_else(|| first.clone())
    });
    let all = Signal::derive(move || operation.with(|o| u64::from(o.row.counts.waiting)));
    let n = Signal::derive(move || row.with(|row| u64::from(row.devices)));
    let part = Signal::derive(move || {
        vec![Segment {
            cell: "waiting",
            n: n.get(),
        }]
    });
    let label = Signal::derive(move || {
        format!("{} of {}", format::count(n.get()), format::count(all.get()))
    });
    let may_pass = operation.with_untracked(|o| o.rights.pass);
    let act = match (gate, held_by) {
        (_, Some(other)) => view! {
            <LinkButton href=routes::operation(other) size=ButtonSize::Small>{format!("Open {other}")}</LinkButton>
        }
        .into_any(),
        (Some(gate), None) if may_pass => {
            view! { <PassMenu id=id gate=gate devices=n refresh=refresh/> }.into_any()
        }
        (Some(_), None) => view! { <span class="meta">"A supervisor can override it."</span> }.into_any(),
        (None, None) => ().into_any(),
    };
    let href = OperationAddress::because(TargetState::Waiting, &why).href(id);
    let look = move || row.with(|row| next_look(row.look));
    view! {
        <tr role="row">
            <th scope="row" role="rowheader" class="wrap">
                <div class="q-what">
                    <Icon name=icon(holds) class="glyph"/>
                    <div>{format::sentence(&why).trim_end_matches('.').to_owned()}<span class="sub">{dynamic(look)}</span></div>
                </div>
            </th>
            <td role="cell" class="why-bar"><Bar segments=part of=all label=label height=10/></td>
            <td role="cell" class="num"><Count n=n href=href/></td>
            <td role="cell" class="end-a q-act">{act}</td>
        </tr>
    }
    .into_any()
}

/// When it changes, in words.
fn next_look(look: Option<i64>) -> AnyView {
    let Some(ms) = look else {
        return "Looked at again as soon as the device changes".into_any();
    };
    let now = use_now();
    let style = Signal::derive(move || TimeStyle::Ago { now: now.get() });
    let words = move || {
        if ms <= now.get() {
            "Looked at again at once"
        } else {
            "Looked at next "
        }
    };
    let when = move || (ms > now.get()).then(|| view! { <TimeStamp ms=ms style=style/> });
    view! { {dynamic(words)}{dynamic(when)} }.into_any()
}
