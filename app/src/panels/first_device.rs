//! What an empty fleet teaches: how the first device gets in.

use leptos::prelude::*;
use muster_core::policy::Action;

use crate::session::use_session;
use crate::ui::{CodeBlock, EmptyState};

/// The one next step of a hub without devices.
#[component]
pub fn FirstDevice() -> impl IntoView {
    let may_make = use_session().with(|me| me.can(Action::ProvisionDevices));
    if !may_make {
        return view! {
            <EmptyState title="No device yet" first_time=true>
                "As soon as an operator has provisioned the first device within your scope, it stands here."
            </EmptyState>
        }
        .into_any();
    }
    view! {
        <EmptyState title="No device yet" first_time=true>
            "Make an identity on the machine the hub runs on, and give its connection string to the device. "
            "It appears here with its first contact."
        </EmptyState>
        <div class="first-device">
            <CodeBlock
                label="Command that makes a device"
                text="muster device create pump-1\nmuster device connection-string pump-1"
            />
        </div>
    }
    .into_any()
}
