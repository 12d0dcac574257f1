//! What is called, with what, and how long to wait.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};

use super::call::Call;
use crate::reactive::dynamic;
use crate::rpc::devices::{DeviceView, MethodHistory};
use crate::ui::{Field, TextArea, TextField, describedby};

const METHOD: &str = "method-name";
const KNOWN: &str = "method-names";

/// The fields. Enter in a line sends, and Control with Enter in the payload.
#[component]
pub(super) fn CallFields(
    call: Call,
    device: RwSignal<DeviceView>,
    history: RwSignal<MethodHistory>,
) -> impl IntoView {
    let keys = move |event: KeyboardEvent| {
        let target = event.target();
        let element = target.and_then(|target| target.dyn_into::<Element>().ok());
        let is_line = element.is_some_and(|element| element.tag_name() == "INPUT");
        if event.key() == "Enter" && (is_line || event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            call.send();
        }
    };
    let wait_hint = Signal::derive(move || {
        let online = device.with(|device| device.connection.is_some());
        let words = if online {
            "0 to 300; 0 fails at once when it is not online."
        } else {
            "0 to 300. It is not connected now."
        };
        Some(words.to_owned())
    });
    let (payload, wait, answer) = (
        Signal::derive(move || call.payload_problem()),
        Signal::derive(move || call.wait_problem()),
        Signal::derive(move || call.answer_problem()),
    );
    view! {
        <div class="fields" on:keydown=keys>
            <MethodField call=call history=history/>
            <TextArea
                id="method-payload"
                name="payload"
                label="Payload"
                bind=call.payload
                rows=5
                mono=true
                hint=Signal::stored(Some("Any JSON, or nothing. It is not kept once you leave the page.".to_owned()))
                error=payload
            />
            <div class="pair">
                <TextField
                    id="method-wait"
                    name="wait_s"
                    label="Seconds to wait for the device"
                    bind=call.wait_s
                    mono=true
                    hint=wait_hint
                    error=wait
                />
                <TextField
                    id="method-answer"
                    name="answer_s"
                    label="Seconds to wait for the answer"
                    bind=call.answer_s
                    mono=true
                    hint=Signal::stored(Some("5 to 300.".to_owned()))
                    error=answer
                />
            </div>
        </div>
    }
    .into_any()
}

/// The name, with those that were called before to choose from.
#[component]
fn MethodField(call: Call, history: RwSignal<MethodHistory>) -> impl IntoView {
    let error = Signal::derive(move || call.method_problem());
    let hint = Signal::derive(move || {
        let known = history.with(|history| !history.names.is_empty());
        known.then(|| "Names called before on this device or its model are offered.".to_owned())
    });
    let names = move || {
        let names = history.with(|history| history.names.clone());
        let options = names
            .into_iter()
            .map(|name| view! { <option value=name></option> });
        options.collect_view()
    };
    view! {
        <Field id=METHOD label="Method" hint=hint error=error>
            <input
                class="input mono"
                id=METHOD
                name="method"
                type="text"
                list=KNOWN
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                prop:value=move || call.method.get()
                on:input=move |event| call.method.set(event_target_value(&event))
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=move || {
                    describedby(METHOD, hint.with(Option::is_some), error.with(Option::is_some))
                }
            />
            <datalist id=KNOWN>{dynamic(names)}</datalist>
        </Field>
    }
    .into_any()
}

/// Puts the focus where the name is typed.
pub(super) fn focus_method() {
    let found = document().get_element_by_id(METHOD);
    if let Some(field) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
        // A field that cannot take the focus is no fault.
        let _ = field.focus();
    }
}
