//! The list of operations as a table.

use leptos::prelude::*;
use muster_core::operation::TargetState;

use super::filter::kind_icon;
use crate::clock::use_now;
use crate::format::{self, TimeStyle};
use crate::panels::operations::{progress, transfer};
use crate::routes;
use crate::rpc::operations::OperationRow;
use crate::ui::{Count, Icon, Look, State, TableWrap, TimeStamp};

/// The table.
pub(crate) fn operations_table(rows: &[OperationRow]) -> AnyView {
    let rows: Vec<AnyView> = rows.iter().map(row).collect();
    view! {
        <TableWrap>
            <table class="table cards operations mt-4" role="table">
                <caption class="sr-only">"Operations, the newest first"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader">"Operation"</th>
                        <th scope="col" role="columnheader">"State"</th>
                        <th scope="col" role="columnheader" class="w-bar">"Progress"</th>
                        <th scope="col" role="columnheader">"By"</th>
                        <th scope="col" role="columnheader" class="num">"Made"</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </TableWrap>
    }
    .into_any()
}

fn row(row: &OperationRow) -> AnyView {
    let now = use_now();
    let style = Signal::derive(move || TimeStyle::Age { now: now.get() });
    let reason = row
        .reason
        .clone()
        .map(|reason| view! { <span class="sub">{format::sentence(&reason)}</span> });
    view! {
        <tr role="row">
            <th scope="row" role="rowheader" class="wrap">
                <div class="q-what">
                    <Icon name=kind_icon(row.kind) class="glyph"/>
                    <div>
                        <a class="id" href=routes::operation(row.id)>{row.title.clone()}</a>
                        <span class="sub">{row.what.clone()}</span>
                    </div>
                </div>
            </th>
            <td role="cell" class="wrap"><State look=Look::from(row.state)/>{reason}</td>
            <td role="cell" class="wrap w-bar">{progress_cell(row)}</td>
            <td role="cell" data-label="By">{row.by.clone()}</td>
            <td role="cell" data-label="Made" class="num"><TimeStamp ms=row.created style=style/></td>
        </tr>
    }
    .into_any()
}

/// The bar, and under it the numbers that are not the normal case, each with its devices.
fn progress_cell(row: &OperationRow) -> AnyView {
    if let Some(transfer) = &row.transfer {
        return view! {
            {transfer::bar(row, transfer, 8)}
            <span class="sub">{transfer::words(row, transfer)}</span>
        }
        .into_any();
    }
    let counts = &row.counts;
    let total = u64::from(counts.total());
    if total == 0 {
        return view! { <span class="meta">"Targets are counted when it begins."</span> }
            .into_any();
    }
    let numbers: Vec<AnyView> = progress::parts(counts)
        .into_iter()
        .filter(|(state, _)| !matches!(state, TargetState::Later | TargetState::Skipped))
        .map(|(state, n)| {
            let href = crate::pages::operation::address::OperationAddress::devices(&[state]);
            let word = Look::from(state).word.to_lowercase();
            view! { <span><Count n=n href=href.href(row.id)/>" "{word}</span> }.into_any()
        })
        .collect();
    view! {
        {progress::bar(counts, 8)}
        <span class="sub op-n">{numbers}</span>
    }
    .into_any()
}
