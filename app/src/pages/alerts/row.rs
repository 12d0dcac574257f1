//! An alert as a line, and how its severity and state look.

use leptos::prelude::*;
use muster_core::alert::{Severity, State as Life};

use crate::clock::use_now;
use crate::format::{self, TimeStyle};
use crate::rpc::alerts::AlertRow;
use crate::ui::{Icon, Look, State, TimeStamp, Tone};

/// The tone of a severity.
pub(super) fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Critical => Tone::Critical,
        Severity::Serious => Tone::Serious,
        Severity::Attention => Tone::Attention,
    }
}

/// A severity as a shape and a word.
pub(crate) fn severity_state(severity: Severity) -> AnyView {
    let tone = tone(severity);
    let look = Look {
        tone,
        icon: tone.icon(),
        word: tone.word(),
        cell: "ok",
    };
    view! { <State look=look/> }.into_any()
}

/// The state in the tone of the severity, while somebody has to act.
pub(super) fn look(row: &AlertRow) -> Look {
    let (tone, icon, word) = match row.state {
        Life::Pending | Life::Open => {
            let tone = tone(row.severity);
            (tone, tone.icon(), "Open")
        }
        Life::Acknowledged => (Tone::Neutral, "i-check", "Acknowledged"),
        Life::Resolved => (Tone::Ok, "s-ok", "Resolved"),
    };
    Look {
        tone,
        icon,
        word,
        cell: "ok",
    }
}

/// Where, and on how many devices.
pub(super) fn place(row: &AlertRow) -> String {
    let what = match &row.device {
        Some(device) => device.as_str().to_owned(),
        None => format::plural(row.devices, "device", "devices"),
    };
    match row.place.as_str() {
        "" => what,
        place => [place, " · ", &what].concat(),
    }
}

/// The line of an alert in the list, as a link.
pub(super) fn line(row: AlertRow, href: String, current: bool) -> AnyView {
    let now = use_now();
    let style = Signal::derive(move || TimeStyle::Age { now: now.get() });
    let tone = tone(row.severity);
    let place = place(&row);
    let who = match (&row.assignee, row.state) {
        _ if row.mine => "You".to_owned(),
        (Some(name), _) => name.clone(),
        (None, state) => state.as_str().to_owned(),
    };
    let tag = |words: &'static str| view! { " " <span class="tag">{words}</span> };
    let folded = row.device.is_none().then(|| tag("folded"));
    let escalated = row.escalated.then(|| tag("passed on"));
    let flapping = row.flapping.then(|| tag("comes and goes"));
    view! {
        <li>
            <a href=href aria-current=current.then_some("true") id=["alert-", &row.id.to_string()].concat()>
                <Icon name=tone.icon() class=tone_class(tone) nostrip:label=Some(tone.word().to_owned())/>
                <span class="ib-t">{row.name} {folded} {escalated} {flapping}</span>
                <span class="ib-d"><TimeStamp ms=row.ended_ms.unwrap_or(row.opened_ms) style=style/></span>
                <span class="ib-s">{place}</span>
                <span class="ib-w">{who}</span>
            </a>
        </li>
    }
    .into_any()
}

fn tone_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Critical => "glyph glyph--critical",
        Tone::Serious => "glyph glyph--serious",
        _ => "glyph glyph--attention",
    }
}
