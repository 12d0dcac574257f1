//! What is to come of an operation that runs, as far as it can be told.

use leptos::prelude::*;

use crate::format::{TimeStyle, plural};
use crate::rpc::operations::OperationView;
use crate::ui::{TimeStamp, section};

/// The section; nothing when nothing is to come.
pub(super) fn expected_section(operation: &OperationView) -> AnyView {
    let Some(expected) = &operation.expected else {
        return ().into_any();
    };
    let mut lines: Vec<AnyView> = Vec::new();
    let mut say = |devices: u32, words: &'static str, at: Option<i64>, end: &'static str| {
        if devices > 0 {
            let devices = plural(u64::from(devices), "device", "devices");
            let at = at.map(|ms| view! { <TimeStamp ms=ms style=TimeStyle::DateTime/> });
            lines.push(view! { <li><strong>{devices}</strong>{words}{at}{end}</li> }.into_any());
        }
    };
    match expected.by {
        Some(at) => say(
            expected.moving,
            " at work or waiting for a turn: through by ",
            Some(at.millis()),
            " at the rate since the wave opened.",
        ),
        None => say(
            expected.moving,
            " at work or waiting for a turn: it is too early to say for how long.",
            None,
            "",
        ),
    }
    match expected.opens {
        Some(at) => say(
            expected.timed,
            " waiting for a window: the first opens ",
            Some(at.millis()),
            ".",
        ),
        None => say(expected.timed, " waiting for a window.", None, ""),
    }
    let unforeseen =
        " waiting for what nobody can foresee: a connection, a condition, another operation.";
    say(expected.unforeseen, unforeseen, None, "");
    let later = " in waves that open once the ones before prove good.";
    say(expected.later, later, None, "");
    let list = view! { <ul class="plain-list">{lines}</ul> }.into_any();
    section("expected", "What is to come", true, list)
}
