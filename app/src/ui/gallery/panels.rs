//! One panel in six states, and the connection.

use leptos::prelude::*;

use super::{NOW, Show};
use crate::charts::Sparkline;
use crate::ui::{Count, LiveState, LiveStatus, Panel, PanelFault, PanelState, Stamp, ZoneName};

const VALUES: [f64; 12] = [88.0, 92.0, 90.0, 95.0, 91.0, 97.0, 99.0, 96.0, 104.0, 98.0, 101.0, 318.0];

#[component]
fn Silent(state: PanelState) -> impl IntoView {
    view! {
        <Panel title="Silent devices" state=state>
            <p class="big"><Count n=318 href="/fleet"/></p>
            <Sparkline values=VALUES.to_vec() label="Silent devices, last 12 hours, from 88 to 318"/>
            <p class="meta mt-2">"214 behind one gateway"</p>
        </Panel>
    }
}

#[component]
pub(super) fn PanelShow() -> impl IntoView {
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
    view! {
        <Show id="g-panels" title="One panel, six states">
            <div class="gal-3">
                <Silent state=PanelState::Live { as_of: NOW }/>
                <Silent state=PanelState::Loading/>
                <Silent state=PanelState::Fine { as_of: NOW, words: "None, all 1,026 devices report".into() }/>
                <Silent state=PanelState::Error(error)/>
                <Silent state=PanelState::Stale { from: NOW - 1_800_000, why: "Ingest is 30 min behind".into() }/>
                <Silent state=no_access/>
            </div>
            <h3 class="mt-6">"Connection"</h3>
            <p class="row row--4 mt-2">
                <LiveState status=LiveStatus::Live/>
                <LiveState status=LiveStatus::Stale("Last update 2 min ago".into())/>
                <LiveState status=LiveStatus::Down("Reconnecting, next try in 8 s".into())/>
                <Stamp ms=NOW/>
                <span class="stamp"><ZoneName ms=NOW/></span>
            </p>
        </Show>
    }
}
