//! Colours and states.

use leptos::prelude::*;
use muster_core::contact::Contact;
use muster_core::device::Status;
use muster_core::lifecycle::Stage;

use super::show;
use crate::ui::{Look, Pill, State, Tone, look};

const PAPER: [&str; 16] = [
    "canvas",
    "surface",
    "sunken",
    "line",
    "line-strong",
    "line-control",
    "ink-3",
    "ink-2",
    "ink",
    "accent",
    "accent-solid",
    "accent-tint",
    "rank",
    "rank-soft",
    "focus",
    "call",
];

const TONES: [(Tone, &str, &str); 6] = [
    (Tone::Ok, "Healthy", "met, passed, in sync"),
    (Tone::Info, "In progress", "running, folded, hint"),
    (Tone::Attention, "Attention", "look today"),
    (Tone::Serious, "Serious", "act this shift"),
    (Tone::Critical, "Critical", "act now"),
    (Tone::Neutral, "Neutral", "waiting, asleep, draft"),
];

fn swatch(token: String, name: &'static str) -> impl IntoView {
    view! {
        <li>
            <svg class="sw" aria-hidden="true">
                <rect width="100%" height="100%" fill=format!("var(--{token})")></rect>
            </svg>
            <span>{name}</span>
        </li>
    }
}

fn tone((tone, word, use_for): (Tone, &'static str, &'static str)) -> impl IntoView {
    let look = Look {
        tone,
        icon: tone.icon(),
        word,
        cell: "ok",
    };
    let of = tone.as_str();
    let swatches = [
        ("mark", "mark"),
        ("fg", "text"),
        ("tint", "tint"),
        ("line", "line"),
    ]
    .map(|(part, name)| swatch(format!("{of}-{part}"), name))
    .collect_view();
    view! {
        <div>
            <p><Pill look=look/></p>
            <p class="mt-2"><State look=look/></p>
            <ul class="sws sws--s mt-2">{swatches}</ul>
            <p class="meta mt-1">{use_for}</p>
        </div>
    }
}

fn row(looks: Vec<Look>) -> impl IntoView {
    looks
        .into_iter()
        .map(|look| view! { <State look=look/> })
        .collect_view()
}

pub(super) fn colour() -> AnyView {
    let contact = row(Contact::ALL.map(Look::from).to_vec());
    let stage = row(Stage::ALL.map(Look::from).to_vec());
    let status = row(vec![
        Look::from(Status::Enabled),
        Look::from(Status::Disabled),
    ]);
    let twin = row(vec![look::IN_SYNC, look::DRIFT, look::WAITING]);
    let work = row(vec![
        look::DRAFT,
        look::AWAITING_APPROVAL,
        look::SCHEDULED,
        look::RUNNING,
        look::PAUSED,
        look::COMPLETED,
        look::COMPLETED_WITH_FAILURES,
        look::STOPPED,
        look::ROLLED_BACK,
        look::CANCELLED,
        look::EXPIRED,
        look::FAILED,
    ]);
    let content = view! {
        <h3>"Paper, ink, petrol"</h3>
        <ul class="sws">{PAPER.map(|name| swatch(name.to_owned(), name)).collect_view()}</ul>
        <h3 class="mt-4">"States"</h3>
        <div class="states">{TONES.map(tone).collect_view()}</div>
        <p class="row row--4 mt-4">{contact}{twin}</p>
        <p class="row row--4 mt-2">{work}</p>
        <p class="row row--4 mt-2">{stage}<State look=look::REPLACED/>{status}</p>
    };
    show("g-colour", "Colour", content)
}
