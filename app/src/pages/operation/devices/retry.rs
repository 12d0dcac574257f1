//! Trying failed devices again: those that are marked, or all of the list.

use std::collections::BTreeSet;

use leptos::prelude::*;
use muster_core::ids::{DeviceId, OperationId};

use crate::format::plural;
use crate::panels::refresh::Refresh;
use crate::reactive::{dynamic, effect};
use crate::rpc::operations::RetryTargets;
use crate::ui::{Button, ButtonKind, Menu, MenuSide, Note, Tone};

/// Id of the form that the marks in the rows belong to.
pub(super) const FORM: &str = "retry";

/// The devices that are marked. What is marked outlives a new reading of the list.
pub(super) type Marked = RwSignal<BTreeSet<DeviceId>>;

/// "Retry…" and the question. Works without script.
#[component]
pub(super) fn RetryMenu(
    /// Which operation.
    id: OperationId,
    /// The query string of the list.
    list: String,
    /// What is marked.
    marked: Marked,
    /// Reads the list again.
    refresh: Refresh,
) -> impl IntoView {
    let action = ServerAction::<RetryTargets>::new();
    effect(move || {
        if matches!(action.value().get(), Some(Ok(_))) {
            marked.set(BTreeSet::new());
            refresh.ask();
        }
    });
    let answer = move || {
        action.value().get().map(|answer| match answer {
            Ok(n) => {
                let words = format!(
                    "{} will be tried again.",
                    plural(u64::from(n), "device", "devices")
                );
                view! { <Note tone=Tone::Ok alert=true>{words}</Note> }
            }
            Err(error) => view! { <Note tone=Tone::Serious alert=true>{error.to_string()}</Note> },
        })
    };
    let send = {
        let list = list.clone();
        move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            let only = marked
                .with_untracked(|marked| marked.iter().map(|id| id.as_str().to_owned()).collect());
            let list = list.clone();
            action.dispatch(RetryTargets { id, list, only });
        }
    };
    let deed = move || match marked.with(BTreeSet::len) as u64 {
        0 => "Retry failed devices".to_owned(),
        n => format!("Retry {}", plural(n, "device", "devices")),
    };
    view! {
        <Menu button=|| "Retry…" side=MenuSide::Start list="pop--form">
            <form id=FORM method="post" action="/rpc/operations/retry" on:submit=send>
                <input type="hidden" name="id" value=id.to_string()/>
                <input type="hidden" name="list" value=list/>
                <div class="fields">
                    {dynamic(answer)}
                    <p>
                        "The failed devices that you marked; where none is marked, all that failed in this list, on every \
                         page of it. They get another attempt, under the same gates and limits."
                    </p>
                    <Button submit=true kind=ButtonKind::Primary>{dynamic(deed)}</Button>
                </div>
            </form>
        </Menu>
    }
    .into_any()
}

/// The mark of a failed device.
pub(super) fn mark(device: &DeviceId, marked: Marked) -> AnyView {
    let (name, id) = (device.as_str().to_owned(), device.clone());
    let on = marked.with_untracked(|marked| marked.contains(device));
    let toggle = move |_| {
        marked.update(|marked| {
            if !marked.remove(&id) {
                marked.insert(id.clone());
            }
        });
    };
    let label = format!("Retry {name}");
    view! {
        <input type="checkbox" class="mark" form=FORM name="only[]" value=name aria-label=label checked=on on:change=toggle/>
        " "
    }
    .into_any()
}
