//! The second tab: what became of each device.

mod retry;
mod row;

use std::collections::BTreeSet;

use leptos::prelude::*;
use muster_core::ids::OperationId;
use muster_core::operation::TargetState;

use super::address::{OperationAddress, Tab};
use super::payload::{Shown, payload_dialog};
use crate::live::{Item, Topic, use_live};
use crate::pages::fleet::export::FileKind;
use crate::panels::loaded::loaded;
use crate::panels::operations::pass::Pass;
use crate::panels::refresh::use_refreshed;
use crate::reactive::dynamic;
use crate::routes;
use crate::rpc::data::Data;
use crate::rpc::operations::{OperationView, TargetRow, TargetsPage, operation_targets};
use crate::ui::{Button, EmptyState, Icon, LinkButton, Look, Menu, MenuLink, Pager, TableWrap};
use retry::{Marked, RetryMenu};
use row::row;

/// The tab.
pub(super) fn devices_tab(
    operation: RwSignal<OperationView>,
    address: Memo<OperationAddress>,
) -> AnyView {
    let (id, waves, may_steer) =
        operation.with_untracked(|o| (o.row.id, o.row.waves, o.rights.steer));
    let data = Data::new(
        move || address.with(OperationAddress::query),
        move |query| operation_targets(id, query),
    );
    let show = move |found: TargetsPage| {
        let address = address.get_untracked();
        view! { <Found id=id address=address found=found may_steer=may_steer/> }.into_any()
    };
    view! {
        {dynamic(move || filter_form(id, waves, &address.get()))}
        {loaded(data, show)}
    }
    .into_any()
}

#[component]
fn Found(
    id: OperationId,
    address: OperationAddress,
    found: TargetsPage,
    may_steer: bool,
) -> impl IntoView {
    let query = address.query();
    let (found, refresh) = use_refreshed(found, move || operation_targets(id, query.clone()));
    use_live(
        move || vec![Topic::Operation(id)],
        move |item| match item {
            Item::Operations(ids) if ids.contains(&id) => refresh.ask(),
            Item::Resync => refresh.ask(),
            _ => {}
        },
    );
    let (shown, pass) = (Shown::new(), Pass::closed());
    let marked: Option<Marked> = may_steer.then(|| RwSignal::new(BTreeSet::new()));
    let list = address.at(None).query();
    // Once there it stays: its answer is read after the last failed device has left the list.
    let any_failed = Memo::new(move |before: Option<&bool>| {
        let failed = |row: &TargetRow| row.state == TargetState::Failed;
        before == Some(&true) || found.with(|found| found.rows.iter().any(failed))
    });
    let again = move || {
        let marked = marked.filter(|_| any_failed.get())?;
        let list = list.clone();
        Some(view! {
            <div class="row mt-4"><RetryMenu id=id list=list marked=marked refresh=refresh/></div>
        })
    };
    let all = OperationAddress::tab(Tab::Devices).href(id);
    let none = move || {
        let all = all.clone();
        found.with(|found| found.rows.is_empty()).then(|| {
            view! {
                <div class="mt-6">
                    <EmptyState
                        title="No device here"
                        actions=move || view! { <LinkButton href=all>"Show all devices"</LinkButton> }
                    >
                        "None of its devices is in this state, wave, or has this reason and name. \
                         Before an operation begins it has no devices."
                    </EmptyState>
                </div>
            }
        })
    };
    let rows = move || {
        let rows = found.with(|found| found.rows.clone()).into_iter();
        rows.map(|target| row(id, target, shown, pass, marked))
            .collect_view()
    };
    let href =
        move |cursor: Option<String>, at: &OperationAddress| Some(at.at(Some(cursor?)).href(id));
    let (back, on) = (address.clone(), address);
    let previous = Signal::derive(move || href(found.with(|found| found.previous.clone()), &back));
    let next = Signal::derive(move || href(found.with(|found| found.next.clone()), &on));
    view! {
        {dynamic(none)}
        {dynamic(again)}
        <TableWrap>
            <table class="table cards targets mt-4" role="table">
                <caption class="sr-only">"Devices of the operation"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader">"Device"</th>
                        <th scope="col" role="columnheader">"State"</th>
                        <th scope="col" role="columnheader">"Why"</th>
                        <th scope="col" role="columnheader" class="num">"Wave"</th>
                        <th scope="col" role="columnheader" class="num">"Attempts"</th>
                        <th scope="col" role="columnheader" class="num">"Began"</th>
                        <th scope="col" role="columnheader" class="num">"Took"</th>
                        <th scope="col" role="columnheader">"Answer"</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{dynamic(rows)}</tbody>
            </table>
        </TableWrap>
        <Pager previous=previous next=next>"By wave, then by name."</Pager>
        {payload_dialog(shown)}
        {pass.dialog(refresh)}
    }
    .into_any()
}

/// State, wave, part of the name; the reason as it was followed.
fn filter_form(id: OperationId, waves: u16, address: &OperationAddress) -> AnyView {
    let states: Vec<AnyView> = TargetState::ALL
        .iter()
        .map(|state| {
            let on = address.states.as_slice() == [*state];
            view! { <option value=state.as_str() selected=on>{Look::from(*state).word}</option> }
                .into_any()
        })
        .collect();
    let wave = (waves > 1).then(|| {
        let options: Vec<AnyView> = (0..waves)
            .map(|wave| {
                let n = u32::from(wave) + 1;
                let on = address.wave == Some(wave);
                view! { <option value=n.to_string() selected=on>{format!("Wave {n}")}</option> }
                    .into_any()
            })
            .collect();
        view! {
            <select class="input input--s" name="wave" aria-label="Wave">
                <option value="">"Any wave"</option>
                {options}
            </select>
        }
    });
    let why = (!address.why.is_empty()).then(|| {
        let without = OperationAddress {
            why: String::new(),
            cursor: None,
            ..address.clone()
        };
        let words = address.why.clone();
        view! {
            <input type="hidden" name="why" value=words.clone()/>
            <span class="chip">
                <span>"Why"</span><i>"is"</i><span class="chip-t">{words}</span>
                <a href=without.href(id) aria-label="Remove filter: why"><Icon name="i-x"/></a>
            </span>
        }
    });
    let exports = export_lines(id, address);
    view! {
        <div class="toolbar">
            <form class="toolbar ops-filter" method="get" action=routes::operation(id) role="search" aria-label="Filter devices">
                <input type="hidden" name="tab" value="devices"/>
                <input
                    class="input input--s"
                    type="search"
                    name="q"
                    value=address.text.clone()
                    placeholder="Part of the id"
                    aria-label="Part of the id"
                />
                <select class="input input--s" name="state" aria-label="State">
                    <option value="">"Any state"</option>
                    {states}
                </select>
                {wave}
                {why}
                <Button submit=true>"Filter"</Button>
            </form>
            <span class="end">
                <Menu button=|| view! { <Icon name="i-download"/> <span>"Export"</span> }>
                    <p class="pop-h">"All devices of this filter"</p>
                    <ul>{exports}</ul>
                </Menu>
            </span>
        </div>
    }
    .into_any()
}

/// The results as files.
pub(super) fn export_lines(id: OperationId, address: &OperationAddress) -> AnyView {
    let query = OperationAddress {
        tab: Tab::default(),
        ..address.at(None)
    }
    .query();
    let lines: Vec<AnyView> = FileKind::ALL
        .into_iter()
        .map(|kind| {
            let extension = kind.extension();
            let href = format!("{}/results.{extension}{query}", routes::operation(id));
            let end = format!(".{extension}");
            view! { <MenuLink href=href icon="i-download" end=end download="results">{kind.word()}</MenuLink> }
                .into_any()
        })
        .collect();
    lines.into_any()
}
