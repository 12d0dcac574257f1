//! What it is, where it is in its life, and what can be done: stopping is always one press away.

use leptos::prelude::*;
use muster_core::operation::{OperationState, WaveState};

use super::steer::{SteerMenu, Verb};
use crate::format::{self, TimeStyle};
use crate::panels::refresh::Refresh;
use crate::reactive::dynamic;
use crate::routes;
use crate::rpc::operations::{OperationRow, OperationView};
use crate::ui::{Breadcrumb, Crumb, Icon, Look, Menu, Note, Pill, TimeStamp, Tone};

/// The head of the page. It sticks while the operation runs.
#[component]
pub(super) fn Head(
    /// The operation as it is now.
    operation: RwSignal<OperationView>,
    /// Reads it again.
    refresh: Refresh,
) -> impl IntoView {
    let crumbs = vec![Crumb {
        label: "Operations".to_owned(),
        href: routes::OPERATIONS.to_owned(),
    }];
    let row = Memo::new(move |_| operation.with(|operation| operation.row.clone()));
    let held = Memo::new(move |_| {
        operation.with(|o| o.waves.iter().any(|wave| wave.state == WaveState::Held))
    });
    let (rights, title) = operation.with_untracked(|o| (o.rights, o.row.title.clone()));
    let verbs = move || {
        let possible = |verb: &Verb| row.with(|row| verb.is_possible(row, held.get()));
        let all = Verb::ALL.into_iter().filter(|_| rights.steer);
        all.filter(possible).collect::<Vec<_>>()
    };
    let pill =
        move || row.with(|row| view! { <Pill look=Look::from(row.state) word=state_words(row)/> });
    let effect = move || {
        let stops = row.with(|row| rights.steer && Verb::Stop.is_possible(row, false));
        stops.then(|| {
            let effect = row.with(|row| Verb::Stop.effect(row));
            view! { <p class="meta">"If you stop: "{effect}</p> }
        })
    };
    let stick = move || row.with(|row| !row.state.is_over());
    view! {
        <Breadcrumb crumbs=crumbs/>
        <header class="phead" class:phead--stick=stick>
            <div class="phead-t">
                <h1><span>{title}</span>{dynamic(pill)}</h1>
                <p class="phead-sub">{dynamic(move || operation.with(facts))}</p>
            </div>
            <div class="phead-acts phead-acts--stop">
                <For each=verbs key=|verb| *verb let:verb>
                    <SteerMenu verb=verb row=row refresh=refresh/>
                </For>
                {more_menu(operation)}
                {dynamic(effect)}
            </div>
        </header>
        {dynamic(move || operation.with(why_it_rests))}
    }
    .into_any()
}

/// `Running, wave 4 of 5`.
fn state_words(row: &OperationRow) -> String {
    let word = Look::from(row.state).word;
    match row.wave {
        Some(wave) if row.waves > 1 && !row.state.is_over() => {
            format!("{word}, wave {} of {}", wave + 1, row.waves)
        }
        _ => word.to_owned(),
    }
}

/// One sentence: what, by whom, since when.
fn facts(operation: &OperationView) -> AnyView {
    let row = &operation.row;
    let at = |words: &'static str, ms: Option<i64>| {
        ms.map(|ms| view! { {words}<TimeStamp ms=ms style=TimeStyle::DateTime/> })
    };
    let waits =
        (row.started.is_none() && !row.state.is_over()).then(|| at(", to begin ", row.starts_at));
    let back = operation.back_of.map(|id| {
        view! { " It takes back "<a href=routes::operation(id)>{format!("operation {id}")}</a>"." }
    });
    let job = operation
        .job
        .clone()
        .map(|job| view! { " Job "<code>{job}</code>"." });
    view! {
        {format!("Operation {}: ", row.id)}
        {row.what.clone()}
        {format!(". Made by {}", row.by)}
        {at(", ", Some(row.created))}
        {at(", begun ", row.started)}
        {at(", ended ", row.ended)}
        {waits}
        "."
        {back}
        {job}
    }
    .into_any()
}

/// Why it is paused, stopped, refused or expired.
fn why_it_rests(operation: &OperationView) -> AnyView {
    let row = &operation.row;
    let words = match (row.state, &row.reason) {
        (OperationState::AwaitingApproval, reason) => {
            let why = reason
                .clone()
                .map(|why| format!(" Why: {why}"))
                .unwrap_or_default();
            format!("A second person has to agree before anything begins.{why}")
        }
        (state, Some(reason)) => {
            let word = Look::from(state).word;
            format!("{word}: {}", format::sentence(reason))
        }
        _ => return ().into_any(),
    };
    let tone = match row.state {
        OperationState::Paused => Tone::Attention,
        _ => Tone::Neutral,
    };
    view! { <div class="mb-4"><Note tone=tone>{words}</Note></div> }.into_any()
}

/// What leads on: clone, take the results along.
fn more_menu(operation: RwSignal<OperationView>) -> AnyView {
    let (id, rights) = operation.with_untracked(|o| (o.row.id, o.rights));
    if operation.with_untracked(|o| o.row.transfer.is_some()) {
        return ().into_any();
    }
    let clone = rights.run.then(|| {
        view! {
            <form method="post" action="/rpc/operations/copy">
                <input type="hidden" name="id" value=id.to_string()/>
                <ul>
                    <li>
                        <button type="submit"><Icon name="i-copy"/><span>"Clone…"</span></button>
                    </li>
                </ul>
            </form>
        }
    });
    view! {
        <Menu class="btn btn--icon" label="More actions" button=|| view! { <Icon name="i-dots"/> }>
            {clone}
            <p class="pop-h">"Results of all devices"</p>
            <ul>{super::devices::export_lines(id, &super::address::OperationAddress::default())}</ul>
        </Menu>
    }
    .into_any()
}
