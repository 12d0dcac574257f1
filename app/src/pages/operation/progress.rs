//! The first tab: ranks, waves, why devices wait and failed; beside it the plan.

use leptos::prelude::*;

use super::approval::approval_section;
use super::expected::expected_section;
use super::failures::failures_section;
use super::plan::plan_aside;
use super::waiting::Waiting;
use super::waves::waves_section;
use crate::format;
use crate::panels::operations::progress::roll_parts;
use crate::panels::refresh::Refresh;
use crate::reactive::dynamic;
use crate::rpc::operations::OperationView;
use crate::ui::{Legend, Note, RollCall, Section, Stamp, per_cell};

/// The tab.
#[component]
pub(super) fn ProgressTab(
    /// The operation as it is now.
    operation: RwSignal<OperationView>,
    /// Reads it again.
    refresh: Refresh,
) -> impl IntoView {
    let begun = Memo::new(move |_| operation.with(|o| o.row.counts.total() > 0));
    let ranks = move || {
        match begun.get() {
        true => roll_call(operation),
        false => view! {
            <Note>"Its devices are written down when it begins. Nothing has been touched yet."</Note>
        }
        .into_any(),
    }
    };
    view! {
        {approval_section(operation, refresh)}
        {dynamic(ranks)}
        {dynamic(move || operation.with(waves_section))}
        <div class="cols mt-8">
            <div class="stack">
                <Waiting operation=operation refresh=refresh/>
                {dynamic(move || operation.with(failures_section))}
                {dynamic(move || operation.with(expected_section))}
            </div>
            <aside class="stack">{dynamic(move || operation.with(plan_aside))}</aside>
        </div>
    }
    .into_any()
}

fn roll_call(operation: RwSignal<OperationView>) -> AnyView {
    let parts = Signal::derive(move || operation.with(|o| roll_parts(o.row.id, &o.row.counts)));
    let share = move || {
        operation.with(|o| {
            let counts = &o.row.counts;
            let done = u64::from(counts.succeeded);
            format!("{} done", format::share(done, u64::from(counts.total())))
        })
    };
    let cell = move || {
        let total = operation.with(|o| u64::from(o.row.counts.total()));
        match per_cell(total) {
            1 => "1 cell = 1 device".to_owned(),
            n => format!("1 cell = {} devices", format::count(n)),
        }
    };
    let end = move || {
        let now = Signal::derive(move || operation.with(|o| o.now));
        view! { <span class="stamp">{dynamic(cell)}</span><Stamp ms=now/> }
    };
    let good = operation.with_untracked(|o| o.good.clone());
    view! {
        <Section id="progress" title="Progress" count=move || dynamic(share) end=end class="rollcall">
            <RollCall parts=parts/>
            <div class="mt-3"><Legend parts=parts end=move || good/></div>
        </Section>
    }
    .into_any()
}
