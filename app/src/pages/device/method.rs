//! Calling a method of the device: a dialog with the call, what came of it, and earlier calls.

mod call;
mod earlier;
mod fields;
mod outcome;

use leptos::prelude::*;

use crate::panels::refresh::use_refreshed;
use crate::reactive::{dynamic, effect};
use crate::rpc::devices::{DeviceView, MethodHistory, read_method_history};
use crate::ui::{Button, ButtonKind, Dialog};
use call::Call;
use earlier::EarlierCalls;
use fields::CallFields;
use outcome::CallResult;

/// Id of the words that say why calling is off.
const REASON: &str = "method-reason";

/// "Call method…", which opens the dialog.
#[component]
pub(super) fn MethodAction(
    /// The device as it is now.
    device: RwSignal<DeviceView>,
) -> impl IntoView {
    let id = device.with_untracked(|device| device.id.clone());
    let open = RwSignal::new(false);
    let call = Call::new(&id);
    let (history, refresh) = {
        let id = id.clone();
        let read = move || read_method_history(id.as_str().to_owned());
        use_refreshed(MethodHistory::default(), read)
    };
    // Read when somebody looks, and again after each call.
    effect(move || {
        let answered = call.invoke.version().get() > 0;
        if open.get() || answered {
            refresh.ask();
        }
    });
    let actions = move || {
        let words = move || {
            let words = call.off_because();
            view! { <span class="meta" id=REASON>{words}</span> }
        };
        view! {
            {dynamic(words)}
            <Button on_press=move |_| open.set(false)>"Close"</Button>
            <Button
                kind=ButtonKind::Primary
                off=Signal::derive(move || call.off_because().is_some())
                reason=REASON
                on_press=move |_| call.send()
            >
                "Call 1 device"
            </Button>
        }
    };
    view! {
        <span class="js-only">
            <Button icon="i-play" on_press=move |_| open.set(true)>"Call method…"</Button>
        </span>
        <Dialog id="call-method" title=format!("Call a method of {id}") open=open actions=actions>
            <CallFields call=call device=device history=history/>
            <CallResult call=call/>
            <EarlierCalls call=call history=history/>
        </Dialog>
    }
    .into_any()
}
