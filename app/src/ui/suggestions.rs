//! Suggestions under a field: chosen with the arrows, Enter or Tab, or by a press.

use leptos::prelude::*;

use crate::reactive::dynamic;

/// One suggestion.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suggestion {
    /// What it writes.
    pub text: String,
    /// What it is: "path".
    pub about: &'static str,
}

/// The suggestions of a field, and which of them is chosen.
#[derive(Clone, Copy, Debug)]
pub struct Suggesting {
    /// What is suggested; nothing closes the list.
    pub lines: Signal<Vec<Suggestion>>,
    /// The chosen one.
    pub at: RwSignal<Option<usize>>,
    /// Takes one.
    pub take: Callback<usize>,
}

impl Suggesting {
    /// Whether there are any.
    pub fn is_open(self) -> bool {
        self.lines.with(|lines| !lines.is_empty())
    }

    /// The id of the chosen line, for `aria-activedescendant`.
    pub fn chosen(self, field: &str) -> Option<String> {
        let at = self.at.get().filter(|_| self.is_open())?;
        Some(format!("{field}-option-{at}"))
    }
}

/// The id of the list of a field.
pub fn list_id(field: &str) -> String {
    format!("{field}-options")
}

/// The list.
pub fn suggestion_list(field: &str, suggesting: Suggesting) -> AnyView {
    let id = field.to_owned();
    let lines = move || {
        suggesting
            .lines
            .get()
            .into_iter()
            .enumerate()
            .map(|(index, line)| {
                let chosen = move || (suggesting.at.get() == Some(index)).to_string();
                view! {
                    <li
                        id=format!("{id}-option-{index}")
                        role="option"
                        aria-selected=chosen
                        // The field keeps the focus.
                        on:mousedown=|event| event.prevent_default()
                        on:click=move |_| suggesting.take.run(index)
                    >
                        <span class="mono trunc">{line.text}</span>
                        <span class="end">{line.about}</span>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <ul
            class="suggestions"
            id=list_id(field)
            role="listbox"
            aria-label="Suggestions"
            class:is-closed=move || !suggesting.is_open()
        >
            {dynamic(lines)}
        </ul>
    }
    .into_any()
}
