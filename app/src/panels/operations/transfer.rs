//! How far an export or import of the registry is.

use leptos::prelude::*;
use muster_core::operation::{Counts, OperationState};

use crate::format::{self, plural};
use crate::rpc::operations::{OperationRow, TransferRow};
use crate::ui::{Bar, Segment};

/// The bar.
pub fn bar(row: &OperationRow, transfer: &TransferRow, height: u32) -> AnyView {
    let (n, cell) = match row.state {
        OperationState::Running => (u64::from(transfer.percent), "running"),
        OperationState::Completed => (100, "good"),
        OperationState::CompletedWithFailures => (100, "failed"),
        _ => (u64::from(transfer.percent), "skipped"),
    };
    let label = format!("{n}%");
    view! { <Bar segments=vec![Segment { cell, n }] of=100 label=label height=height/> }.into_any()
}

/// `41% done: 12,300 lines, 2 failed`.
pub fn words(row: &OperationRow, transfer: &TransferRow) -> String {
    let done = done(&row.counts, transfer);
    match row.state {
        OperationState::Running => format!("{}% done: {done}", transfer.percent),
        _ => done,
    }
}

fn done(counts: &Counts, transfer: &TransferRow) -> String {
    let n = u64::from(counts.succeeded);
    let done = match transfer.import {
        true => plural(n, "line", "lines"),
        false => plural(n, "device", "devices"),
    };
    match counts.failed {
        0 => done,
        failed => format!("{done}, {} failed", format::count(u64::from(failed))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_count_lines() {
        let check = |import, succeeded, failed, want: &str| {
            let transfer = TransferRow {
                import,
                file: "devices.txt".to_owned(),
                configurations: None,
                percent: 40,
            };
            let counts = Counts {
                succeeded,
                failed,
                ..Counts::default()
            };
            assert_eq!(done(&counts, &transfer), want);
        };
        check(true, 1, 0, "1 line");
        check(true, 1_200, 3, "1,200 lines, 3 failed");
        check(false, 2, 0, "2 devices");
    }
}
