//! What happened, as a list of sentences.

mod words;

use leptos::prelude::*;
use muster_core::event::EventKind;

use crate::live::wire::EventView;
use crate::reactive::dynamic;
use crate::routes;
use crate::ui::{Log, LogItem, Tone};

#[cfg(feature = "ssr")]
pub(crate) use words::patched;
pub use words::{sentence, who};

/// Events, newest first.
#[component]
pub fn EventList(
    /// The events.
    #[prop(into)]
    events: Signal<Vec<EventView>>,
    /// The present, for the names of days.
    #[prop(into)]
    now: Signal<i64>,
    /// Names the device of each event with a link; not on a device's own page.
    #[prop(optional)]
    name_devices: bool,
) -> impl IntoView {
    let items = move || {
        events
            .get()
            .into_iter()
            .map(|event| item(event, now, name_devices))
            .collect_view()
    };
    view! { <Log>{dynamic(items)}</Log> }
}

fn item(event: EventView, now: Signal<i64>, name_devices: bool) -> impl IntoView {
    let sentence = sentence(&event.cause, event.kind, &event.detail);
    let device = event.device.filter(|_| name_devices).map(|id| {
        view! {
            <a href=routes::device(&id)>{id.as_str().to_owned()}</a>
            <span class="sep"></span>
        }
    });
    view! {
        <LogItem at=event.at_ms now=now icon=icon(event.kind) tone=tone(event.kind)>
            {device}
            <span>{sentence}</span>
        </LogItem>
    }
    .into_any()
}

fn icon(kind: EventKind) -> &'static str {
    match kind {
        EventKind::DeviceCreated => "i-provision",
        EventKind::DeviceUpdated => "i-configure",
        EventKind::DeviceDeleted => "i-trash",
        EventKind::StageChanged => "i-flag",
        EventKind::Connected => "i-signal",
        EventKind::Disconnected => "s-neutral",
        EventKind::Reported => "i-comment",
        EventKind::TagsChanged => "i-tag",
        EventKind::DesiredChanged => "i-pencil",
        EventKind::PersonCreated | EventKind::PersonUpdated => "i-users",
        EventKind::PasswordChanged
        | EventKind::SecretShown
        | EventKind::TokenCreated
        | EventKind::TokenRevoked
        | EventKind::KeyMinted
        | EventKind::KeysRotated => "i-key",
        EventKind::SignedIn | EventKind::SignedOut => "i-user",
        EventKind::SignInRefused => "s-attention",
        EventKind::BackupWritten => "i-box",
        EventKind::Exported => "i-download",
        EventKind::MethodInvoked => "i-play",
        EventKind::ModuleCreated | EventKind::ModuleUpdated => "i-layers",
        EventKind::ModuleDeleted => "i-trash",
        EventKind::ViewSaved | EventKind::ViewDeleted => "i-bookmark",
        EventKind::ViewPinned => "i-pin",
        EventKind::Imported | EventKind::TransferEnded => "i-upload",
        EventKind::OperationCreated
        | EventKind::OperationStarted
        | EventKind::OperationResumed
        | EventKind::WaveOpened => "i-play",
        EventKind::OperationPaused => "i-pause",
        EventKind::OperationStopped => "i-stop",
        EventKind::TargetFailed => "s-attention",
        EventKind::OperationFinished | EventKind::WavePassed => "i-check",
        EventKind::GateOverridden => "i-key",
        EventKind::WindowSaved | EventKind::WindowDeleted | EventKind::ZoneChanged => "i-window",
        EventKind::FirmwareAdded | EventKind::FirmwareChanged => "i-box",
        EventKind::FirmwareDeleted => "i-trash",
        EventKind::ConfigurationSaved | EventKind::ConfigurationDeleted => "i-configure",
        EventKind::AlertOpened | EventKind::AlertEscalated => "i-bell",
        EventKind::AlertResolved => "i-check",
        EventKind::AlertHandled => "i-comment",
        EventKind::AlertRuleSaved | EventKind::AlertRuleDeleted => "i-flag",
        EventKind::ApprovalRequested
        | EventKind::ApprovalDecided
        | EventKind::ApprovalPolicyChanged => "i-approve",
        EventKind::EmbedCreated | EventKind::EmbedRevoked => "i-embed",
        EventKind::NoteLeft => "i-handover",
    }
}

fn tone(kind: EventKind) -> Tone {
    match kind {
        EventKind::SignInRefused
        | EventKind::TargetFailed
        | EventKind::AlertOpened
        | EventKind::AlertEscalated => Tone::Attention,
        _ => Tone::Neutral,
    }
}
