//! The fleet in parts: a bar and a number for each, both leading to its devices.

use leptos::prelude::*;
use muster_core::contact::Contact;

use crate::format;
use crate::rpc::health::{Breakdown, Share};
use crate::ui::{Facet, FacetRow, Look, Segment};

/// The parts, or `none` where there are no devices to part.
pub fn breakdown(breakdown: Breakdown, none: &'static str) -> AnyView {
    if breakdown.rows.iter().all(|row| row.n == 0) {
        return view! { <p class="meta">{none}</p> }.into_any();
    }
    let more = (breakdown.more > 0).then(|| {
        let words = format::plural(breakdown.more, "more value is", "more values are");
        view! { <p class="meta mt-2">{format!("{words} left out, the rarest.")}</p> }
    });
    let rows: Vec<FacetRow> = breakdown.rows.into_iter().map(row).collect();
    view! {
        <div class="facets">
            <Facet caption=breakdown.caption rows=rows/>
            {more}
        </div>
    }
    .into_any()
}

fn row(share: Share) -> FacetRow {
    let looks = Contact::ALL.map(Look::from);
    let parts = share.contact.iter().zip(looks);
    let words: Vec<String> = parts
        .clone()
        .filter(|(n, _)| **n > 0)
        .map(|(n, look)| format!("{} {}", format::count(*n), look.word.to_lowercase()))
        .collect();
    let by_contact = parts.map(|(n, look)| Segment {
        cell: look.cell,
        n: *n,
    });
    let mut segments: Vec<Segment> = by_contact.collect();
    let mut words = words.join(", ");
    if segments.is_empty() {
        segments.push(Segment {
            cell: "main",
            n: share.n,
        });
        words = format::plural(share.n, "device", "devices");
    }
    FacetRow {
        label: share.label,
        href: share.href,
        n: share.n,
        segments,
        words,
    }
}
