//! How old the keys of the device are, which one it uses, and the way to new ones.

use leptos::prelude::*;
use muster_core::key::Slot;
use muster_core::lifecycle::Stage;
use muster_core::operation::TaskKind;
use muster_core::rotation::Step;

use crate::clock::use_now;
use crate::format::TimeStyle;
use crate::pages::operation_new::address::NewAddress;
use crate::reactive::dynamic;
use crate::routes;
use crate::rpc::devices::{DeviceView, Keys};
use crate::ui::{LinkButton, TimeStamp};

/// What is known, and the button for those who may.
pub(super) fn keys(device: Signal<DeviceView>) -> AnyView {
    let now = use_now();
    let style = Signal::derive(move || TimeStyle::Ago { now: now.get() });
    let known = move || {
        device
            .with(|device| device.keys.clone())
            .map(|keys| about(keys, style))
    };
    let (href, may) = device.with_untracked(|device| {
        let address = NewAddress {
            kind: Some(TaskKind::RotateKeys),
            ids: device.id.as_str().to_owned(),
            ..NewAddress::default()
        };
        let may = device.rights.provision && device.stage != Stage::Retired;
        (address.href(), may)
    });
    view! {
        {dynamic(known)}
        {may.then(|| view! { <p class="mt-3"><LinkButton href=href icon="i-key">"Rotate keys"</LinkButton></p> })}
    }
    .into_any()
}

fn about(keys: Keys, style: Signal<TimeStyle>) -> AnyView {
    let stamp = move |ms: i64| view! { <TimeStamp ms=ms style=style/> }.into_any();
    let used = match (keys.used_at, keys.used) {
        (None, _) => view! { "It has not signed in with a key of its own yet." }.into_any(),
        (Some(at), slot) => {
            let which = match slot {
                Some(Slot::Primary) => "its primary key",
                Some(Slot::Secondary) => "its secondary key",
                None => "a key that opens it no longer",
            };
            view! { "It last signed in with " {which} " " {stamp(at)} "." }.into_any()
        }
    };
    let rotation = keys.rotation.filter(|(_, step)| *step != Step::Promoted);
    let rotation = rotation.map(|(operation, step)| {
        let words = format!("Operation {operation}");
        view! {
            <p class="meta mt-2">
                <a href=routes::operation(operation)>{words}</a>": "{step.in_words()}"."
            </p>
        }
    });
    view! {
        <p class="meta mt-2">
            "Primary key made "{stamp(keys.primary_at)}", secondary key "{stamp(keys.secondary_at)}". "{used}
        </p>
        {rotation}
    }
    .into_any()
}
