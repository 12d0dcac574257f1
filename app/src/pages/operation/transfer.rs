//! An export or import of the registry: how far it is, its files, the lines that failed.

use leptos::prelude::*;
use muster_core::ids::OperationId;
use muster_core::operation::OperationState;

use super::address::OperationAddress;
use crate::format;
use crate::panels::loaded::loaded;
use crate::panels::operations::transfer::{bar, words};
use crate::reactive::dynamic;
use crate::routes;
use crate::rpc::data::Data;
use crate::rpc::operations::{
    FailedLineRow, FailedLinesPage, OperationView, TransferRow, failed_lines,
};
use crate::ui::{KeyValue, KeyValues, LinkButton, Note, Pager, Stamp, TableWrap, section};

/// All of it, below the head.
pub(super) fn transfer_body(
    operation: RwSignal<OperationView>,
    address: Memo<OperationAddress>,
) -> AnyView {
    let far = move || {
        operation.with(|operation| {
            let transfer = operation.row.transfer.as_ref()?;
            let words = words(&operation.row, transfer);
            Some(view! {
                {bar(&operation.row, transfer, 16)}
                <p class="mt-2">{words}" "<Stamp ms=operation.now/></p>
            })
        })
    };
    let files = move || operation.with(files);
    // They are read again when more have failed.
    let failed = Memo::new(move |_| operation.with(|operation| operation.row.counts.failed));
    let some_failed = Memo::new(move |_| failed.get() > 0);
    let lines = move || some_failed.get().then(|| lines(operation, address, failed));
    view! {
        <div class="stack">
            {section("progress", "Progress", false, dynamic(far))}
            {section("files", "Files", true, dynamic(files))}
            {dynamic(lines)}
        </div>
    }
    .into_any()
}

/// Where the files are, and the way to have them.
fn files(operation: &OperationView) -> AnyView {
    let Some(transfer) = &operation.row.transfer else {
        return ().into_any();
    };
    let identities = transfer.file.clone();
    let configurations = transfer.configurations.clone();
    let configurations = configurations.map(|name| {
        view! { <KeyValue term="Configurations">{name}</KeyValue> }
    });
    view! {
        <KeyValues>
            <KeyValue term="Identities">{identities}</KeyValue>
            {configurations}
        </KeyValues>
        {taking(operation, transfer)}
    }
    .into_any()
}

fn taking(operation: &OperationView, transfer: &TransferRow) -> AnyView {
    if transfer.import {
        return view! {
            <p class="meta mt-2">"Names are below the hub's folder for transfers. All failed lines stand in importErrors.log."</p>
        }
        .into_any();
    }
    if let Some(why) = &operation.withheld {
        let words = format::sentence(why);
        return view! { <div class="mt-2"><Note>{words}</Note></div> }.into_any();
    }
    let href = format!("{}/file", routes::operation(operation.row.id));
    let second = transfer.configurations.is_some().then(|| {
        let href = format!("{href}?part=configurations");
        view! { <LinkButton href=href icon="i-download" download="">"Download configurations"</LinkButton> }
    });
    view! {
        <div class="row mt-3">
            <LinkButton href=href.clone() icon="i-download" download="">"Download identities"</LinkButton>
            {second}
        </div>
        <p class="meta mt-2">"Each download is in the audit trail."</p>
    }
    .into_any()
}

/// The failed lines, page by page.
fn lines(
    operation: RwSignal<OperationView>,
    address: Memo<OperationAddress>,
    failed: Memo<u32>,
) -> AnyView {
    let id = operation.with_untracked(|operation| operation.row.id);
    let running = operation.with_untracked(|o| o.row.state == OperationState::Running);
    let data = Data::new(
        move || (address.with(OperationAddress::query), failed.get()),
        move |(query, _)| failed_lines(id, query),
    );
    let show = move |found: FailedLinesPage| {
        let address = address.get_untracked();
        table(id, &address, found, running)
    };
    section("failed", "Failed lines", true, loaded(data, show))
}

fn table(
    id: OperationId,
    address: &OperationAddress,
    found: FailedLinesPage,
    running: bool,
) -> AnyView {
    let href = |cursor: Option<String>| Some(address.at(Some(cursor?)).href(id));
    let previous = Signal::stored(href(found.previous));
    let next = Signal::stored(href(found.next));
    let rows: Vec<AnyView> = found.rows.into_iter().map(row).collect();
    let more = running.then(|| view! { <p class="meta">"More may come while it runs."</p> });
    view! {
        <TableWrap>
            <table class="table cards" role="table">
                <caption class="sr-only">"Lines that failed, in their order"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader">"Names"</th>
                        <th scope="col" role="columnheader">"What is wrong"</th>
                        <th scope="col" role="columnheader">"File"</th>
                        <th scope="col" role="columnheader" class="num">"Line"</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </TableWrap>
        {more}
        <Pager previous=previous next=next>"In the order in which they failed."</Pager>
    }
    .into_any()
}

fn row(line: FailedLineRow) -> AnyView {
    let names = line.id.unwrap_or_else(|| format::DASH.to_owned());
    view! {
        <tr role="row">
            <th scope="row" role="rowheader" class="wrap">{names}</th>
            <td role="cell" class="wrap">{format::sentence(&line.why)}<span class="sub">{line.code}</span></td>
            <td role="cell" data-label="File">{line.file}</td>
            <td role="cell" data-label="Line" class="num">{format::count(line.line)}</td>
        </tr>
    }
    .into_any()
}
