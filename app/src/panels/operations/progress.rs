//! Where the devices of an operation are: as parts of a bar, as ranks, in words. The order is always the same: done,
//! failed, in progress, waiting, later, left out.

use leptos::prelude::*;
use muster_core::ids::OperationId;
use muster_core::operation::{Counts, TargetState};

use crate::format;
use crate::pages::operation::address::OperationAddress;
use crate::ui::{Bar, Count, Look, RollPart, Segment};

/// The states in reading order.
const ORDER: [TargetState; 7] = [
    TargetState::Succeeded,
    TargetState::Failed,
    TargetState::Running,
    TargetState::Waiting,
    TargetState::Later,
    TargetState::Skipped,
    TargetState::Cancelled,
];

/// The states that are there, with their numbers.
pub fn parts(counts: &Counts) -> Vec<(TargetState, u64)> {
    let part = |state: TargetState| (state, u64::from(counts.of(state)));
    let there = |(_, n): &(TargetState, u64)| *n > 0;
    ORDER.into_iter().map(part).filter(there).collect()
}

/// All of it in words: `62 done, 3 failed, 8 in progress`.
pub fn words(counts: &Counts) -> String {
    let word = |(state, n): (TargetState, u64)| {
        format!(
            "{} {}",
            format::count(n),
            Look::from(state).word.to_lowercase()
        )
    };
    let words: Vec<String> = parts(counts).into_iter().map(word).collect();
    if words.is_empty() {
        "No device yet".to_owned()
    } else {
        words.join(", ")
    }
}

/// A bar. What has not begun is its empty end.
pub fn bar(counts: &Counts, height: u32) -> AnyView {
    let segments: Vec<Segment> = parts(counts)
        .into_iter()
        .filter(|(state, _)| *state != TargetState::Later)
        .map(|(state, n)| Segment {
            cell: Look::from(state).cell,
            n,
        })
        .collect();
    let (of, label) = (u64::from(counts.total()), words(counts));
    view! { <Bar segments=segments of=of label=label height=height/> }.into_any()
}

/// The ranks of all devices, each part with the list of exactly these.
pub fn roll_parts(id: OperationId, counts: &Counts) -> Vec<RollPart> {
    let part = |(state, n)| RollPart {
        look: Look::from(state),
        n,
        href: Some(OperationAddress::devices(&[state]).href(id)),
    };
    parts(counts).into_iter().map(part).collect()
}

/// A number of devices in a state, leading to them; a dash for none.
pub fn number(id: OperationId, wave: Option<u16>, state: TargetState, n: u32) -> AnyView {
    if n == 0 {
        return view! { <span class="dim">{format::DASH}</span> }.into_any();
    }
    let address = OperationAddress {
        wave,
        ..OperationAddress::devices(&[state])
    };
    view! { <Count n=u64::from(n) href=address.href(id)/> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_keep_their_order() {
        let counts = Counts {
            later: 27,
            running: 8,
            succeeded: 1062,
            failed: 3,
            ..Counts::default()
        };
        assert_eq!(
            words(&counts),
            "1,062 done, 3 failed, 8 in progress, 27 later wave"
        );
        assert_eq!(words(&Counts::default()), "No device yet");
        let parts = roll_parts(OperationId(7), &counts);
        let hrefs: Vec<_> = parts.into_iter().filter_map(|part| part.href).collect();
        assert_eq!(hrefs[1], "/operations/7?tab=devices&state=failed");
    }
}
