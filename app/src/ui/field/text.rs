//! Fields for text.

use leptos::html::{Input, Textarea};
use leptos::prelude::*;

use crate::reactive::effect;

use super::{Field, describedby};

/// A line of text.
#[component]
pub fn TextField(
    /// Id of the control.
    #[prop(into)]
    id: String,
    /// Its name in the form.
    name: &'static str,
    /// What to enter.
    #[prop(into)]
    label: String,
    /// `text`, `password`, `email`, `number`, `search`.
    #[prop(default = "text")]
    kind: &'static str,
    /// What stands there at first; `bind` has its own.
    #[prop(optional, into)]
    value: String,
    /// Follows what is typed, and the field follows it. What was typed before the page listened wins.
    #[prop(optional)]
    bind: Option<RwSignal<String>>,
    /// For the browser's memory: `username`, `current-password`, `new-password`, `off`.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// The form needs it.
    #[prop(optional)]
    required: bool,
    /// For serials, paths, values and expressions.
    #[prop(optional)]
    mono: bool,
    /// What helps to enter it.
    #[prop(optional, into)]
    hint: Signal<Option<String>>,
    /// What is wrong and how to put it right.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let node = NodeRef::<Input>::new();
    let value = bind.map_or(value, |bind| bind.get_untracked());
    if let Some(bind) = bind {
        let mut seen = false;
        effect(move || {
            let text = bind.get();
            let Some(input) = node.get() else {
                return;
            };
            if input.value() != text {
                if seen {
                    input.set_value(&text);
                } else {
                    bind.set(input.value());
                }
            }
            seen = true;
        });
    }
    let describes = id.clone();
    view! {
        <Field id=id.clone() label=label hint=hint error=error>
            <input
                class=if mono { "input mono" } else { "input" }
                node_ref=node
                id=id
                name=name
                type=kind
                value=value
                autocomplete=autocomplete
                required=required
                on:input=move |event| {
                    if let Some(bind) = bind {
                        bind.set(event_target_value(&event));
                    }
                }
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=move || {
                    describedby(&describes, hint.with(Option::is_some), error.with(Option::is_some))
                }
            />
        </Field>
    }
    .into_any()
}

/// Several lines of text, as a JSON document.
#[component]
pub fn TextArea(
    /// Id of the control.
    #[prop(into)]
    id: String,
    /// Its name in the form.
    name: &'static str,
    /// What to enter.
    #[prop(into)]
    label: String,
    /// What stands there at first; `bind` has its own.
    #[prop(optional, into)]
    value: String,
    /// Follows what is typed, and the field follows it. What was typed before the page listened wins.
    #[prop(optional)]
    bind: Option<RwSignal<String>>,
    /// Lines in view.
    #[prop(default = 8)]
    rows: u32,
    /// For documents.
    #[prop(optional)]
    mono: bool,
    /// What helps to enter it.
    #[prop(optional, into)]
    hint: Signal<Option<String>>,
    /// What is wrong and how to put it right.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let node = NodeRef::<Textarea>::new();
    let value = bind.map_or(value, |bind| bind.get_untracked());
    if let Some(bind) = bind {
        let mut seen = false;
        effect(move || {
            let text = bind.get();
            let Some(area) = node.get() else { return };
            if area.value() != text {
                if seen {
                    area.set_value(&text);
                } else {
                    bind.set(area.value());
                }
            }
            seen = true;
        });
    }
    let describes = id.clone();
    view! {
        <Field id=id.clone() label=label hint=hint error=error>
            <textarea
                class=if mono { "input mono" } else { "input" }
                node_ref=node
                id=id
                name=name
                rows=rows
                spellcheck="false"
                on:input=move |event| {
                    if let Some(bind) = bind {
                        bind.set(event_target_value(&event));
                    }
                }
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=move || {
                    describedby(&describes, hint.with(Option::is_some), error.with(Option::is_some))
                }
            >
                {value}
            </textarea>
        </Field>
    }
    .into_any()
}
