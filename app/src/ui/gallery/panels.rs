//! One panel in six states, and the connection.

use leptos::prelude::*;

use super::{NOW, show};
use crate::charts::Sparkline;
use crate::ui::{Count, LiveState, LiveStatus, Panel, PanelFault, PanelState, Stamp, ZoneName};

const VALUES: [f64; 12] = [
    88.0, 92.0, 90.0, 95.0, 91.0, 97.0, 99.0, 96.0, 104.0, 98.0, 101.0, 318.0,
];

fn silent(state: PanelState) -> impl IntoView {
    view! {
        <Panel title="Silent devices" state=state>
            <p class="big"><Count n=318 href="/fleet"/></p>
            <Sparkline values=VALUES.to_vec() label="Silent devices, last 12 hours, from 88 to 318"/>
            <p class="meta mt-2">"214 behind one gateway"</p>
        </Panel>
    }
}

pub(super) fn panels() -> AnyView {
    let error = PanelFault {
        what: "Could not count.".into(),
        why: "The query took longer than 5 s.".into(),
        reference: Some("4F-20C1".into()),
        retry: Some("#g-panels".into()),
    };
    let no_access = PanelState::NoAccess {
        words: "Alert rules are for supervisors.".into(),
        help: "Your role is Operator. Supervisor East can show you.".into(),
    };
    let content = view! {
        <div class="gal-3">
            {silent(PanelState::Live { as_of: NOW })}
            {silent(PanelState::Loading)}
            {silent(PanelState::Fine { as_of: NOW, words: "None, all 1,026 devices report".into() })}
            {silent(PanelState::Error(error))}
            {silent(PanelState::Stale { from: NOW - 1_800_000, why: "Ingest is 30 min behind".into() })}
            {silent(no_access)}
        </div>
        <h3 class="mt-6">"Connection"</h3>
        <p class="row row--4 mt-2">
            <LiveState status=LiveStatus::Live/>
            <LiveState status=LiveStatus::Stale("Last update 2 min ago".into())/>
            <LiveState status=LiveStatus::Down("Reconnecting, next try in 8 s".into())/>
            <Stamp ms=NOW/>
            <span class="stamp"><ZoneName ms=NOW/></span>
        </p>
    };
    show("g-panels", "One panel, six states", content)
}
