//! What runs now: progress, failures against what is allowed, the way to stop.

use leptos::prelude::*;
use muster_core::ids::OperationId;
use muster_core::operation::OperationState;

use super::{progress, rule};
use crate::format;
use crate::live::{Item, Topic, use_live};
use crate::pages::operation::steer::{SteerMenu, Verb};
use crate::pages::operations::address::{GROUPS, ListAddress};
use crate::panels::loaded::answered;
use crate::panels::refresh::{Refresh, use_refreshed};
use crate::reactive::dynamic;
use crate::routes;
use crate::rpc::data::Data;
use crate::rpc::operations::{OperationRights, OperationRow, Running, list_running};
use crate::ui::{Note, Section, State, Tone, look};

/// The panel. Empty it says so in one line.
#[component]
pub fn RunningOperations(
    /// A line above, to part it from the section before.
    #[prop(optional)]
    rule: bool,
) -> impl IntoView {
    let data = Data::new(|| (), |()| list_running());
    let show = move |answer: Result<Running, crate::error::AppError>| match answer {
        Ok(running) => view! { <Body running=running/> }.into_any(),
        Err(error) => view! { <Note tone=Tone::Serious>{error.to_string()}</Note> }.into_any(),
    };
    view! {
        <Section
            id="running"
            title="Running operations"
            rule=rule
            end=|| view! { <a href=routes::OPERATIONS>"All operations"</a> }
        >
            {answered(data, show)}
        </Section>
    }
    .into_any()
}

#[component]
fn Body(running: Running) -> impl IntoView {
    let (running, refresh) = use_refreshed(running, list_running);
    use_live(
        || vec![Topic::Operations],
        move |item| {
            if matches!(item, Item::Operations(_) | Item::Resync) {
                refresh.ask();
            }
        },
    );
    let rights = running.with_untracked(|running| running.rights);
    let ids =
        move || running.with(|running| running.rows.iter().map(|row| row.id).collect::<Vec<_>>());
    let none = move || {
        running.with(|running| running.rows.is_empty()).then(
            || view! { <p class="meta">"None. What is started stands here until it ends."</p> },
        )
    };
    let more = move || {
        running.with(|running| running.more).then(|| {
            let href = ListAddress::in_states(GROUPS[1].1).href();
            view! { <p class="mt-2"><a href=href>"More are under way"</a></p> }
        })
    };
    // Each has its own place, so that an open question outlives the news.
    view! {
        {dynamic(none)}
        <ul class="ops">
            <For each=ids key=|id| *id let:id>
                {operation(id, running, rights, refresh)}
            </For>
        </ul>
        {dynamic(more)}
    }
    .into_any()
}

fn operation(
    id: OperationId,
    running: RwSignal<Running>,
    rights: OperationRights,
    refresh: Refresh,
) -> AnyView {
    let find = move |running: &Running| running.rows.iter().find(|row| row.id == id).cloned();
    let Some(first) = running.with_untracked(find) else {
        return ().into_any();
    };
    let title = first.title.clone();
    // What has ended stays as it was until its line is gone.
    let row = Memo::new(move |before: Option<&OperationRow>| {
        let now = running.with(find);
        now.or_else(|| before.cloned())
            .unwrap_or_else(|| first.clone())
    });
    let stop = rights
        .steer
        .then(|| view! { <SteerMenu verb=Verb::Stop row=row refresh=refresh small=true/> });
    let body = move || row.with(|row| progress::bar(&row.counts, 8));
    let paused = move || {
        let paused = row.with(|row| row.state == OperationState::Paused);
        paused.then(|| view! { <State look=look::PAUSED/> })
    };
    view! {
        <li class="op">
            <div class="op-h"><a href=routes::operation(id)>{title}</a>{dynamic(paused)}</div>
            {dynamic(body)}
            <div class="op-f">
                <p class="meta">
                    {dynamic(move || row.with(place))}
                    <br/>
                    {dynamic(move || row.with(|row| rule::line(row.rule.as_ref(), row.counts.failed)))}
                </p>
                {stop}
            </div>
        </li>
    }
    .into_any()
}

/// How far it is.
pub(crate) fn place(row: &OperationRow) -> String {
    let counts = &row.counts;
    match row.wave {
        Some(wave) if row.waves > 0 => format!("Wave {} of {}", wave + 1, row.waves),
        _ => format!(
            "{} of {} through",
            format::count(u64::from(counts.total() - counts.open())),
            format::count(u64::from(counts.total()))
        ),
    }
}
