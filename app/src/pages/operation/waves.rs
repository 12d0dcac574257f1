//! The waves as a table.

use leptos::prelude::*;
use muster_core::ids::OperationId;
use muster_core::operation::{TargetState, WaveState};

use super::address::{OperationAddress, Tab};
use crate::clock::use_now;
use crate::format::TimeStyle;
use crate::panels::operations::progress::{bar, number};
use crate::rpc::operations::{OperationView, WaveRow};
use crate::ui::{Count, Look, Section, State, TableWrap, TimeStamp};

/// The section; nothing for an operation without waves.
pub(super) fn waves_section(operation: &OperationView) -> AnyView {
    if operation.waves.is_empty() {
        return ().into_any();
    }
    let id = operation.row.id;
    let rows: Vec<AnyView> = operation
        .waves
        .iter()
        .zip(0_u16..)
        .map(|(wave, index)| row(id, index, wave))
        .collect();
    view! {
        <div class="mt-8">
            <Section id="waves" title="Waves">
                <TableWrap>
                    <table class="table cards waves" role="table">
                        <caption class="sr-only">"Waves in their order"</caption>
                        <thead role="rowgroup">
                            <tr role="row">
                                <th scope="col" role="columnheader">"Wave"</th>
                                <th scope="col" role="columnheader" class="num">"Devices"</th>
                                <th scope="col" role="columnheader" class="w-bar">"Progress"</th>
                                <th scope="col" role="columnheader" class="num">"Done"</th>
                                <th scope="col" role="columnheader" class="num p3">"In progress"</th>
                                <th scope="col" role="columnheader" class="num p3">"Waiting"</th>
                                <th scope="col" role="columnheader" class="num">"Failed"</th>
                                <th scope="col" role="columnheader">"State"</th>
                            </tr>
                        </thead>
                        <tbody role="rowgroup">{rows}</tbody>
                    </table>
                </TableWrap>
            </Section>
        </div>
    }
    .into_any()
}

fn row(id: OperationId, index: u16, wave: &WaveRow) -> AnyView {
    let is_now = !matches!(wave.state, WaveState::Later | WaveState::Passed);
    let counts = &wave.counts;
    let cell = |state: TargetState| number(id, Some(index), state, counts.of(state));
    let all = OperationAddress {
        wave: Some(index),
        ..OperationAddress::tab(Tab::Devices)
    };
    view! {
        <tr role="row" class=is_now.then_some("is-now")>
            <th scope="row" role="rowheader">
                <span class="wave-no">{(u32::from(index) + 1).to_string()}</span>
                {wave.size.clone()}
            </th>
            <td role="cell" data-label="Devices" class="num">
                <Count n=u64::from(counts.total()) href=all.href(id)/>
            </td>
            <td role="cell" class="w-bar">{bar(counts, 10)}</td>
            <td role="cell" data-label="Done" class="num">{cell(TargetState::Succeeded)}</td>
            <td role="cell" data-label="In progress" class="num p3">{cell(TargetState::Running)}</td>
            <td role="cell" data-label="Waiting" class="num p3">{cell(TargetState::Waiting)}</td>
            <td role="cell" data-label="Failed" class="num">{cell(TargetState::Failed)}</td>
            <td role="cell" class="wrap">{state(wave)}</td>
        </tr>
    }
    .into_any()
}

/// Where it is, and what changes that.
fn state(wave: &WaveRow) -> AnyView {
    let now = use_now();
    let since = Signal::derive(move || TimeStyle::Since { now: now.get() });
    let ago = Signal::derive(move || TimeStyle::Ago { now: now.get() });
    let more = match (wave.state, wave.opened, wave.soak_until) {
        (WaveState::Soaking, _, Some(ms)) => {
            view! { "the next opens "<TimeStamp ms=ms style=ago/> }.into_any()
        }
        (WaveState::Open, Some(ms), _) => view! {
            <span class="sub">{format!("Next wave: {}", wave.gate)}</span>
            <TimeStamp ms=ms style=since/>
        }
        .into_any(),
        (WaveState::Held, ..) => "press “Open next wave”".into_any(),
        (WaveState::Later, ..) => "after the wave before".into_any(),
        _ => wave.gate.clone().into_any(),
    };
    view! { <State look=Look::from(wave.state)/><span class="sub">{more}</span> }.into_any()
}
