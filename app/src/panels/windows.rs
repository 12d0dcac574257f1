//! Today's windows: where they are open, and where they open next.

use leptos::prelude::*;

use crate::format::{self, TimeStyle};
use crate::panels::loaded::answered;
use crate::routes;
use crate::rpc::data::Data;
use crate::rpc::windows::{Today, read_today};
use crate::ui::{Look, State, TimeStamp, Tone};

/// How often it is read again, in milliseconds.
const AGAIN_MS: i64 = 60_000;

const OPEN: Look = Look {
    tone: Tone::Running,
    icon: "s-running",
    word: "Open",
    cell: "run",
};

/// Windows that are open now or open within a day, in zones of the fleet.
#[component]
pub fn TodaysWindows() -> impl IntoView {
    let now = crate::clock::use_now();
    let today = Data::new(move || now.get() / AGAIN_MS, |_| read_today());
    answered(today, move |today| match today {
        Ok(today) if today.is_empty() => {
            view! { <p class="meta">"No window opens within a day."</p> }.into_any()
        }
        Ok(today) => {
            let lines = today
                .into_iter()
                .map(|today| line(today, now))
                .collect_view();
            view! { <ul class="today">{lines}</ul> }.into_any()
        }
        Err(error) => view! { <p class="meta">{error.to_string()}</p> }.into_any(),
    })
}

fn line(today: Today, now: Signal<i64>) -> impl IntoView {
    let open = (!today.open_in.is_empty()).then(|| {
        let zones: Vec<&str> = today.open_in.iter().map(String::as_str).collect();
        let zones = format::list(&zones);
        view! { <State look=OPEN word=["Open in ", &zones].concat()/> }
    });
    let style = Signal::derive(move || TimeStyle::Moment { now: now.get() });
    let next = today.next.map(|(zone, at)| {
        view! {
            <span class="sub">
                "Opens next in " {zone} ", " <TimeStamp ms=at style=style/> " your time"
            </span>
        }
    });
    view! {
        <li>
            <a href=routes::WINDOWS>{today.name}</a>
            {open}
            {next}
        </li>
    }
}
