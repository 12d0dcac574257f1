//! One property of the form.

use leptos::prelude::*;

use crate::panels::twin::document::Section;
use crate::panels::twin::rows::{Kind, Row};
use crate::reactive::dynamic;
use crate::ui::{ButtonKind, ButtonSize, Icon, IconButton};

/// A row while it is edited.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct EditRow {
    /// Distinguishes rows, also those that say the same.
    pub(super) key: u32,
    path: RwSignal<String>,
    kind: RwSignal<Kind>,
    value: RwSignal<String>,
}

impl EditRow {
    /// A row to edit.
    pub(super) fn new(key: u32, row: Row) -> Self {
        Self {
            key,
            path: RwSignal::new(row.path),
            kind: RwSignal::new(row.kind),
            value: RwSignal::new(row.value),
        }
    }

    /// What it says now.
    pub(super) fn read(&self) -> Row {
        Row {
            path: self.path.get_untracked(),
            kind: self.kind.get_untracked(),
            value: self.value.get_untracked(),
        }
    }
}

/// Path, type, value, and a way to take the row out.
#[component]
pub(super) fn RowFields(
    row: EditRow,
    section: Section,
    #[prop(into)] problem: Signal<Option<String>>,
    changed: Callback<()>,
    remove: Callback<u32>,
) -> impl IntoView {
    let error_id = format!("{}-{}-error", section.name(), row.key);
    let described = {
        let error_id = error_id.clone();
        move || problem.with(Option::is_some).then(|| error_id.clone())
    };
    let invalid = move || problem.with(Option::is_some).then_some("true");
    let kinds = Kind::ALL
        .into_iter()
        .map(|kind| {
            let selected = row.kind.get_untracked() == kind;
            view! { <option value=kind.as_str() selected=selected>{kind.title()}</option> }
        })
        .collect_view();
    let choose = move |event| {
        if let Some(kind) = Kind::from_name(&event_target_value(&event)) {
            row.kind.set(kind);
            if kind == Kind::Boolean
                && row
                    .value
                    .with_untracked(|value| value.parse::<bool>().is_err())
            {
                row.value.set("false".to_owned());
            }
            changed.run(());
        }
    };
    let label = Signal::derive(move || match row.path.get().as_str() {
        "" => "Remove this property".to_owned(),
        path => format!("Remove {path}"),
    });
    let message = move || {
        let error_id = error_id.clone();
        problem.get().map(|text| {
            view! {
                <p class="hint hint--error" id=error_id><Icon name="s-attention"/><span>{text}</span></p>
            }
        })
    };
    view! {
        <li class="row-form">
            <input
                class="input input--s mono"
                aria-label="Path"
                placeholder="reporting.interval"
                spellcheck="false"
                autocomplete="off"
                prop:value=move || row.path.get()
                aria-invalid=invalid
                aria-describedby=described
                on:input=move |event| {
                    row.path.set(event_target_value(&event));
                    changed.run(());
                }
            />
            <select class="input input--s" aria-label="Type" on:change=choose>{kinds}</select>
            {move || value_field(row, changed)}
            <IconButton
                icon="i-x"
                label=label
                kind=ButtonKind::Quiet
                size=ButtonSize::Small
                on_press=move |_| remove.run(row.key)
            />
            {dynamic(message)}
        </li>
    }
    .into_any()
}

/// The control that fits the type.
fn value_field(row: EditRow, changed: Callback<()>) -> AnyView {
    let write = move |event| {
        row.value.set(event_target_value(&event));
        changed.run(());
    };
    match row.kind.get() {
        Kind::Boolean => {
            let truth = row.value.get_untracked() == "true";
            view! {
                <select class="input input--s" aria-label="Value" on:change=write>
                    <option value="true" selected=truth>"true"</option>
                    <option value="false" selected=!truth>"false"</option>
                </select>
            }
            .into_any()
        }
        kind => view! {
            <input
                class="input input--s mono"
                aria-label="Value"
                inputmode=(kind == Kind::Number).then_some("decimal")
                spellcheck="false"
                autocomplete="off"
                prop:value=move || row.value.get()
                on:input=write
            />
        }
        .into_any(),
    }
}
