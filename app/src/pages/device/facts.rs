//! The device in a strip of figures.

use leptos::prelude::*;
use muster_core::device::{AuthKind, Status};

use crate::clock::use_now;
use crate::format::{self, TimeStyle};
use crate::reactive::dynamic;
use crate::rpc::devices::DeviceView;
use crate::ui::{Fact, Facts, Look, TimeStamp, use_zone};

/// Six figures.
#[component]
pub(super) fn DeviceFacts(
    /// The device as it is now.
    #[prop(into)]
    device: Signal<DeviceView>,
) -> impl IntoView {
    let now = use_now();
    let zone = use_zone();
    // The page's clock ticks slowly: what came since the last tick is not in the future.
    let ago = Signal::derive(move || {
        let last = device.with(|device| device.last_activity);
        TimeStyle::Ago {
            now: now.get().max(last.unwrap_or(i64::MIN)),
        }
    });
    let last = move || match device.with(|device| device.last_activity) {
        Some(at) => view! { <TimeStamp ms=at style=ago/> }.into_any(),
        None => view! { <span>"Never"</span> }.into_any(),
    };
    let expected = note(device, |device| {
        let every = format::duration(i64::from(device.every_s) * 1000);
        Some(format!("expected every {every}"))
    });
    let connection =
        move || match device.with(|device| device.connection.as_ref().map(|open| open.since)) {
            Some(since) => {
                let style = Signal::derive(move || TimeStyle::Since { now: now.get() });
                view! { <TimeStamp ms=since style=style/> }.into_any()
            }
            None => view! { <span>"None"</span> }.into_any(),
        };
    let path = note(device, |device| {
        let open = device.connection.as_ref()?;
        Some(format!("{} from {}", open.protocol, open.address))
    });
    let stage_since = Signal::derive(move || {
        let at = device.with(|device| device.stage_at);
        Some(format::since(at, now.get(), zone.get()))
    });
    let status_why = note(device, |device| {
        match (device.status, &device.status_reason) {
            (_, Some(reason)) => Some(reason.clone()),
            (Status::Enabled, None) => Some("may connect".to_owned()),
            (Status::Disabled, None) => Some("connections are refused".to_owned()),
        }
    });
    let stage = move || device.with(|device| Look::from(device.stage).word);
    let status = move || device.with(|device| Look::from(device.status).word);
    view! {
        <Facts class="figs--device">
            <Fact term="Last contact" note=expected>{dynamic(last)}</Fact>
            <Fact term="Connection" note=path>{connection}</Fact>
            <Fact term="Stage" note=stage_since>{dynamic(stage)}</Fact>
            <Fact term="Status" note=status_why>{dynamic(status)}</Fact>
            <Fact term="Firmware" note=note(device, |_| Some("as reported".to_owned()))>
                {move || device.with(|device| device.firmware.clone().unwrap_or_else(|| format::DASH.to_owned()))}
            </Fact>
            {last_fact(device)}
        </Facts>
    }
    .into_any()
}

/// How it proves who it is; the twin's state for who may not see that.
fn last_fact(device: Signal<DeviceView>) -> AnyView {
    match device.with_untracked(|device| device.auth) {
        Some(auth) => view! {
            <Fact term="Authentication" note=Signal::stored(Some(credential_note(auth).to_owned()))>
                {credential_words(auth)}
            </Fact>
        }
        .into_any(),
        None => view! {
            <Fact term="Twin" note=note(device, twin_note)>
                {move || device.with(twin_word)}
            </Fact>
        }
        .into_any(),
    }
}

fn note(
    device: Signal<DeviceView>,
    write: impl Fn(&DeviceView) -> Option<String> + Send + Sync + 'static,
) -> Signal<Option<String>> {
    Signal::derive(move || device.with(&write))
}

fn twin_word(device: &DeviceView) -> String {
    match device.open_properties {
        0 => "In sync".to_owned(),
        n => format!("{} open", format::count(n)),
    }
}

fn twin_note(device: &DeviceView) -> Option<String> {
    let note = match device.open_properties {
        0 => "reports what is desired",
        1 => "one property is not confirmed",
        _ => "properties are not confirmed",
    };
    Some(note.to_owned())
}

/// How a device proves who it is, in a word.
pub(crate) fn credential_words(auth: AuthKind) -> &'static str {
    match auth {
        AuthKind::Sas => "Shared keys",
        AuthKind::SelfSigned => "Own certificate",
        AuthKind::CertificateAuthority => "Signed certificate",
    }
}

/// The same in a few more words.
pub(super) fn credential_note(auth: AuthKind) -> &'static str {
    match auth {
        AuthKind::Sas => "either of two keys signs its tokens",
        AuthKind::SelfSigned => "known by its fingerprint",
        AuthKind::CertificateAuthority => "of a registered authority",
    }
}
