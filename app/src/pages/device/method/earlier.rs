//! Earlier calls of this device, to begin with again.

use leptos::prelude::*;
use serde_json::Value;

use super::call::Call;
use super::fields::focus_method;
use crate::clock::use_now;
use crate::live::wire::EventView;
use crate::panels::events;
use crate::reactive::dynamic;
use crate::rpc::devices::MethodHistory;
use crate::ui::{Button, ButtonKind, ButtonSize, Log, LogItem};

/// The list; nothing while there is none.
#[component]
pub(super) fn EarlierCalls(call: Call, history: RwSignal<MethodHistory>) -> impl IntoView {
    let now = use_now();
    let list = move || {
        let calls = history.with(|history| history.calls.clone());
        (!calls.is_empty()).then(move || {
            let items = calls.into_iter().map(move |event| item(call, event, now));
            view! {
                <h3>"Earlier calls"</h3>
                <div class="method-calls" role="region" aria-label="Earlier calls" tabindex="0">
                    <Log>{items.collect_view()}</Log>
                </div>
            }
        })
    };
    view! { <div class="stack">{dynamic(list)}</div> }.into_any()
}

fn item(call: Call, event: EventView, now: Signal<i64>) -> AnyView {
    let sentence = events::sentence(&event.cause, event.kind, &event.detail);
    let method = event.detail.get("method").and_then(Value::as_str);
    let again = method.map(|method| {
        let (label, method) = (format!("Use {method} again"), method.to_owned());
        let reuse = move |_| {
            call.reuse(&method);
            focus_method();
        };
        view! { <Button size=ButtonSize::Small kind=ButtonKind::Quiet on_press=reuse>{label}</Button> }
    });
    view! {
        <LogItem at=event.at_ms now=now icon="i-play">
            <span>{sentence}</span>
            {again}
        </LogItem>
    }
    .into_any()
}
