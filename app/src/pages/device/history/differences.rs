//! Two states of desired properties, path by path.

use leptos::prelude::*;

use crate::error::AppError;
use crate::rpc::devices::DifferenceRow;
use crate::ui::{Note, Tone};

/// The table, or a sentence where nothing differs.
pub(super) fn differences(rows: Vec<DifferenceRow>, same: &'static str) -> AnyView {
    if rows.is_empty() {
        return view! { <p class="meta">{same}</p> }.into_any();
    }
    let rows: Vec<AnyView> = rows.into_iter().map(row).collect();
    view! {
        <table class="table cards twin diff" role="table">
            <caption class="sr-only">"What differs"</caption>
            <thead role="rowgroup">
                <tr role="row">
                    <th scope="col" role="columnheader">"Property"</th>
                    <th scope="col" role="columnheader">"Before"</th>
                    <th scope="col" role="columnheader">"After"</th>
                </tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    }
    .into_any()
}

/// Why there is nothing to show.
pub(super) fn refused(error: AppError) -> AnyView {
    view! { <Note tone=Tone::Serious alert=true>{error.to_string()}</Note> }.into_any()
}

fn row(found: DifferenceRow) -> AnyView {
    let before = match found.before {
        Some(value) => {
            view! { <td role="cell" class="v wrap" data-label="Before"><del>{value}</del></td> }
                .into_any()
        }
        None => unset("Before"),
    };
    let after = match found.after {
        Some(value) => {
            view! { <td role="cell" class="v wrap" data-label="After"><ins>{value}</ins></td> }
                .into_any()
        }
        None => unset("After"),
    };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader" class="mono wrap">{found.path}</th>
            {before}
            {after}
        </tr>
    }
    .into_any()
}

fn unset(label: &'static str) -> AnyView {
    view! { <td role="cell" class="v v--unset" data-label=label>"not set"</td> }.into_any()
}
