//! Fields: a label, the control, a hint, and an error under it that names the fix.

pub mod choice;
pub mod text;

use leptos::prelude::*;

use super::Icon;

pub use choice::{Check, Choice, SelectField};
pub use text::{TextArea, TextField};

/// The ids of what describes a control, for its `aria-describedby`.
pub fn describedby(id: &str, hint: bool, error: bool) -> Option<String> {
    match (hint, error) {
        (true, true) => Some(format!("{id}-hint {id}-error")),
        (true, false) => Some(format!("{id}-hint")),
        (false, true) => Some(format!("{id}-error")),
        (false, false) => None,
    }
}

/// A label above a control of one's own. The control has the class `input`, the id, and [`describedby`].
#[component]
pub fn Field(
    /// Id of the control.
    #[prop(into)]
    id: String,
    /// What to enter.
    #[prop(into)]
    label: String,
    /// What helps to enter it; may change while typing.
    #[prop(optional, into)]
    hint: Signal<Option<String>>,
    /// What is wrong and how to put it right.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// The control.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            {children()}
            <FieldMessages id=id hint=hint error=error/>
        </div>
    }
    .into_any()
}

/// Hint and error of a control.
#[component]
pub fn FieldMessages(
    /// Id of the control.
    #[prop(into)]
    id: String,
    /// What helps to enter it.
    #[prop(into)]
    hint: Signal<Option<String>>,
    /// What is wrong and how to put it right.
    #[prop(into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    let error_id = format!("{id}-error");
    view! {
        {move || hint.get().map(|text| view! { <p class="hint" id=hint_id.clone()>{text}</p> })}
        {move || {
            error.get().map(|text| view! {
                <p class="hint hint--error" id=error_id.clone()>
                    <Icon name="s-attention"/>
                    <span>{text}</span>
                </p>
            })
        }}
    }
    .into_any()
}
