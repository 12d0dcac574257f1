//! The query bar: filters as chips, free text at the end. Its state lives in the address.

use leptos::prelude::*;

use leptos::children::ViewFnOnce;
use leptos::ev::KeyboardEvent;

use super::suggestions::{list_id, suggestion_list};
use super::{FieldMessages, Icon, Suggesting};

use crate::reactive::dynamic;

/// One filter: property, relation, value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chip {
    /// "Site"
    pub property: String,
    /// "is", "is not", "has"
    pub relation: String,
    /// "Harbour Cold Store"
    pub value: String,
    /// Excludes instead of keeps; also marked by tone.
    pub negated: bool,
    /// The list without this filter.
    pub without: String,
}

/// A form that filters a list. Without a script it loads the list anew.
#[component]
pub fn QueryBar(
    /// Id of the input.
    #[prop(into)]
    id: String,
    /// What is filtered: "Filter devices".
    #[prop(into)]
    label: String,
    /// The address of the list.
    #[prop(into)]
    action: String,
    /// Name of the free text in the address.
    #[prop(default = "q")]
    name: &'static str,
    /// The free text now.
    #[prop(optional, into)]
    value: Signal<String>,
    /// The filters in force.
    #[prop(optional, into)]
    chips: Signal<Vec<Chip>>,
    /// What one may write.
    #[prop(default = "Add filter, or search")]
    placeholder: &'static str,
    /// What helps, under the bar: the forms that are understood.
    #[prop(optional, into)]
    hint: Signal<Option<String>>,
    /// What was not understood, and a suggestion.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// What could be written next.
    #[prop(optional)]
    suggesting: Option<Suggesting>,
    /// What keys in the field do besides writing.
    #[prop(optional, into)]
    on_key: Option<Callback<KeyboardEvent>>,
    /// Behind the field.
    #[prop(optional, into)]
    end: Option<ViewFnOnce>,
    /// Hidden fields that keep the rest of the state.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let describes = id.clone();
    let (of, list) = (id.clone(), list_id(&id));
    let suggestions = suggesting.map(|suggesting| suggestion_list(&id, suggesting));
    let key = move |event| {
        if let Some(on_key) = on_key {
            on_key.run(event);
        }
    };
    let chips = move || {
        chips
            .get()
            .into_iter()
            .map(|chip| {
                let remove = format!(
                    "Remove filter: {} {} {}",
                    chip.property, chip.relation, chip.value
                );
                view! {
                    <span class=if chip.negated { "chip chip--not" } else { "chip" }>
                        <span>{chip.property}</span>
                        <i>{chip.relation}</i>
                        <span class="chip-t">{chip.value}</span>
                        <a href=chip.without aria-label=remove><Icon name="i-x"/></a>
                    </span>
                }
            })
            .collect_view()
    };
    view! {
        <div class="field">
            <form class="query" action=action method="get" role="search" aria-label=label>
                <Icon name="i-filter"/>
                {dynamic(chips)}
                {children.map(|children| children())}
                <input
                    type="search"
                    id=id.clone()
                    name=name
                    value=move || value.get()
                    placeholder=placeholder
                    aria-label=label.clone()
                    autocomplete="off"
                    spellcheck="false"
                    role=suggesting.map(|_| "combobox")
                    aria-autocomplete=suggesting.map(|_| "list")
                    aria-controls=suggesting.map(|_| list)
                    aria-expanded=move || suggesting.map(|suggesting| suggesting.is_open().to_string())
                    aria-activedescendant=move || suggesting.and_then(|suggesting| suggesting.chosen(&of))
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby=move || {
                        super::describedby(&describes, hint.with(Option::is_some), error.with(Option::is_some))
                    }
                    on:keydown=key
                />
                {end.map(ViewFnOnce::run)}
                <button class="sr-only" type="submit">"Apply filters"</button>
            </form>
            {suggestions}
            <FieldMessages id=id hint=hint error=error/>
        </div>
    }
    .into_any()
}
