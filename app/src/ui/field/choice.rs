//! Fields for a choice.

use leptos::prelude::*;

use super::{Field, describedby};

/// One thing to choose.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What a reader sees.
    pub label: String,
}

/// One of several.
#[component]
pub fn SelectField(
    /// Id of the control.
    #[prop(into)]
    id: String,
    /// Its name in the form.
    name: &'static str,
    /// What to choose.
    #[prop(into)]
    label: String,
    /// What there is.
    choices: Vec<Choice>,
    /// The value chosen at first.
    #[prop(optional, into)]
    chosen: String,
    /// What helps to choose.
    #[prop(optional, into)]
    hint: Signal<Option<String>>,
    /// What is wrong and how to put it right.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let describes = id.clone();
    let options = choices
        .into_iter()
        .map(|choice| {
            let selected = choice.value == chosen;
            view! { <option value=choice.value selected=selected>{choice.label}</option> }
        })
        .collect_view();
    view! {
        <Field id=id.clone() label=label hint=hint error=error>
            <select
                class="input"
                id=id
                name=name
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=move || {
                    describedby(&describes, hint.with(Option::is_some), error.with(Option::is_some))
                }
            >
                {options}
            </select>
        </Field>
    }
    .into_any()
}

/// Yes or no, or one of a row with the same name.
#[component]
pub fn Check(
    /// Its name in the form.
    #[prop(into)]
    name: String,
    /// What the form sends when it is on.
    #[prop(default = "true".to_owned(), into)]
    value: String,
    /// What it means.
    #[prop(into)]
    label: String,
    /// What else to know.
    #[prop(optional, into)]
    hint: Option<String>,
    /// On at first.
    #[prop(optional)]
    checked: bool,
    /// One of a row: choosing this one ends the others.
    #[prop(optional)]
    radio: bool,
    /// Drawn as a switch, for what takes effect at once.
    #[prop(optional)]
    switch: bool,
    /// Cannot be changed here; say why in `hint`.
    #[prop(optional)]
    off: bool,
) -> impl IntoView {
    view! {
        <label class="check">
            <input
                type=if radio { "radio" } else { "checkbox" }
                class=switch.then_some("switch")
                role=switch.then_some("switch")
                name=name
                value=value
                checked=checked
                disabled=off
            />
            <span>
                {label}
                {hint.map(|hint| view! { <span class="hint check-hint">{hint}</span> })}
            </span>
        </label>
    }
    .into_any()
}
