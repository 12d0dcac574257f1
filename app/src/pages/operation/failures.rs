//! Why devices failed.

use leptos::prelude::*;
use muster_core::ids::OperationId;
use muster_core::operation::TargetState;

use super::address::OperationAddress;
use crate::format;
use crate::rpc::operations::{FailureRow, OperationView};
use crate::ui::{Bar, ButtonSize, Count, LinkButton, Section, Segment};

/// The section; nothing while none failed.
pub(super) fn failures_section(operation: &OperationView) -> AnyView {
    if operation.failures.is_empty() {
        return ().into_any();
    }
    let id = operation.row.id;
    let failed = u64::from(operation.row.counts.failed);
    let most = operation
        .failures
        .iter()
        .map(|row| row.devices)
        .max()
        .unwrap_or(0);
    let rows: Vec<AnyView> = operation
        .failures
        .iter()
        .map(|row| line(id, row, u64::from(most), failed))
        .collect();
    let all = OperationAddress::devices(&[TargetState::Failed]).href(id);
    view! {
        <Section
            id="failures"
            title="Why devices failed"
            count=move || view! { <Count n=failed href=all/> }
            rule=true
        >
            <table class="table why cards" role="table">
                <caption class="sr-only">"Causes, most devices first"</caption>
                <thead class="sr-only" role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader">"Cause"</th>
                        <th scope="col" role="columnheader">"Share"</th>
                        <th scope="col" role="columnheader">"Devices"</th>
                        <th scope="col" role="columnheader">"See them"</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </Section>
    }
    .into_any()
}

fn line(id: OperationId, row: &FailureRow, most: u64, failed: u64) -> AnyView {
    let n = u64::from(row.devices);
    let href = OperationAddress::because(TargetState::Failed, &row.why).href(id);
    let advice = if row.retryable {
        "Another attempt may help."
    } else {
        "Another attempt alone will not help."
    };
    let part = vec![Segment { cell: "failed", n }];
    let label = format!("{} of {}", format::count(n), format::count(failed));
    view! {
        <tr role="row">
            <th scope="row" role="rowheader" class="wrap">
                {format::sentence(&row.why).trim_end_matches('.').to_owned()}
                <span class="sub">{advice}</span>
            </th>
            <td role="cell" class="why-bar"><Bar segments=part of=most label=label height=10/></td>
            <td role="cell" class="num"><Count n=n href=href.clone()/></td>
            <td role="cell" class="end-a q-act">
                <LinkButton href=href size=ButtonSize::Small>"List"</LinkButton>
            </td>
        </tr>
    }
    .into_any()
}
