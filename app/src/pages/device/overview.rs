//! The first part of the page: telemetry, the latest events, identity and tags.

use leptos::prelude::*;

use super::access::AccessSection;
use super::address::{DeviceAddress, Tab};
use super::identity::IdentitySection;
use super::telemetry::TelemetrySection;
use super::timeline::LatestEvents;
use crate::pages::alerts::AlertsOfDevice;
use crate::pages::configurations::ConfigurationsOfDevice;
use crate::rpc::devices::DeviceView;
use crate::ui::Section;

/// The overview.
#[component]
pub(super) fn Overview(
    /// The device as it is now.
    device: RwSignal<DeviceView>,
    /// The state of the page.
    address: Memo<DeviceAddress>,
) -> impl IntoView {
    let id = device.with_untracked(|device| device.id.clone());
    let all = DeviceAddress::tab(Tab::Timeline).href(&id);
    let end = move || view! { <a href=all>"Whole timeline"</a> };
    view! {
        <div class="cols mt-6">
            <div class="stack">
                <TelemetrySection id=id.clone() address=address/>
                <Section id="latest" title="Latest" rule=true end=end>
                    <LatestEvents id=id/>
                </Section>
            </div>
            <aside class="stack">
                <AlertsOfDevice device=device/>
                <IdentitySection device=device/>
                <ConfigurationsOfDevice device=device/>
                <AccessSection device=device/>
            </aside>
        </div>
    }
    .into_any()
}
