//! Fields of the wizard: plain ones, so that every step is a form that works without script.

use leptos::prelude::*;

use crate::error::FieldError;
use crate::ui::{Field, describedby};

/// What is wrong with which field; nothing before somebody tried.
#[derive(Clone, Debug, Default)]
pub(super) struct Form {
    problems: Vec<FieldError>,
}

impl Form {
    pub(super) fn new(problems: Vec<FieldError>, tried: bool) -> Self {
        Self {
            problems: if tried { problems } else { Vec::new() },
        }
    }

    /// What is wrong with a field.
    pub(super) fn problem(&self, name: &str) -> Option<String> {
        let found = self.problems.iter().find(|problem| problem.field == name)?;
        Some(found.message.clone())
    }

    /// How many of a step's fields are wrong.
    pub(super) fn wrong(&self, step: &str) -> usize {
        let of_step = |problem: &&FieldError| problem.field.starts_with(step);
        self.problems.iter().filter(of_step).count()
    }
}

/// Further traits of a line of text.
#[derive(Clone, Copy, Default)]
pub(super) struct Line {
    /// What helps to enter it.
    pub(super) hint: Option<&'static str>,
    /// What an entry looks like.
    pub(super) example: &'static str,
    /// For paths, values and expressions.
    pub(super) mono: bool,
    /// The list that completes it.
    pub(super) list: Option<&'static str>,
}

/// A name of a field as an id.
pub(super) fn id_of(name: &str) -> String {
    name.replace(['[', ']'], "-")
        .trim_end_matches('-')
        .to_owned()
}

/// What every field has.
struct Frame {
    id: String,
    label: String,
    hint: Option<String>,
    problem: Option<String>,
}

impl Frame {
    fn new(form: &Form, name: &str, label: &str, hint: Option<&'static str>) -> Self {
        Self {
            id: id_of(name),
            label: label.to_owned(),
            hint: hint.map(str::to_owned),
            problem: form.problem(name),
        }
    }

    fn invalid(&self) -> Option<&'static str> {
        self.problem.is_some().then_some("true")
    }

    fn described(&self) -> Option<String> {
        describedby(&self.id, self.hint.is_some(), self.problem.is_some())
    }

    fn around(self, control: AnyView) -> AnyView {
        let (hint, error) = (Signal::stored(self.hint), Signal::stored(self.problem));
        view! { <Field id=self.id label=self.label hint=hint error=error>{control}</Field> }
            .into_any()
    }
}

/// A line of text.
pub(super) fn line(form: &Form, name: &str, label: &str, value: &str, line: Line) -> AnyView {
    let frame = Frame::new(form, name, label, line.hint);
    let control = view! {
        <input
            class=if line.mono { "input mono" } else { "input" }
            id=frame.id.clone()
            name=name.to_owned()
            type="text"
            value=value.to_owned()
            placeholder=line.example
            list=line.list
            autocomplete="off"
            spellcheck="false"
            aria-invalid=frame.invalid()
            aria-describedby=frame.described()
        />
    };
    frame.around(control.into_any())
}

/// Several lines of text.
pub(super) fn area(
    form: &Form,
    name: &str,
    label: &str,
    value: &str,
    rows: u32,
    hint: &'static str,
) -> AnyView {
    let frame = Frame::new(form, name, label, Some(hint));
    let control = view! {
        <textarea
            class="input mono"
            id=frame.id.clone()
            name=name.to_owned()
            rows=rows
            spellcheck="false"
            aria-invalid=frame.invalid()
            aria-describedby=frame.described()
        >
            {value.to_owned()}
        </textarea>
    };
    frame.around(control.into_any())
}

/// One of several: values with their words.
pub(super) fn pick(
    form: &Form,
    name: &str,
    label: &str,
    options: &[(String, String)],
    chosen: &str,
) -> AnyView {
    let frame = Frame::new(form, name, label, None);
    let options = choices(options, chosen);
    let control = view! {
        <select
            class="input"
            id=frame.id.clone()
            name=name.to_owned()
            aria-invalid=frame.invalid()
            aria-describedby=frame.described()
        >
            {options}
        </select>
    };
    frame.around(control.into_any())
}

/// The options of a choice.
pub(super) fn choices(options: &[(String, String)], chosen: &str) -> Vec<AnyView> {
    let option = |(value, words): &(String, String)| {
        let on = value == chosen;
        view! { <option value=value.clone() selected=on>{words.clone()}</option> }.into_any()
    };
    options.iter().map(option).collect()
}

/// Fixed options.
pub(super) fn options(fixed: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |(value, words): &(&str, &str)| ((*value).to_owned(), (*words).to_owned());
    fixed.iter().map(own).collect()
}

/// A small field of a row, whose column says what it is.
pub(super) fn cell(
    form: &Form,
    name: &str,
    label: &str,
    value: &str,
    example: &'static str,
) -> AnyView {
    let problem = form.problem(name);
    let (id, invalid) = (id_of(name), problem.is_some().then_some("true"));
    let error_id = format!("{id}-error");
    let described = problem.is_some().then(|| error_id.clone());
    let message = problem.map(|text| {
        view! { <span class="hint hint--error" id=error_id>{text}</span> }
    });
    view! {
        <span class="cell">
            <input
                class="input input--s mono"
                id=id
                name=name.to_owned()
                type="text"
                value=value.to_owned()
                placeholder=example
                autocomplete="off"
                spellcheck="false"
                aria-label=label.to_owned()
                aria-invalid=invalid
                aria-describedby=described
            />
            {message}
        </span>
    }
    .into_any()
}

/// A small choice of a row.
pub(super) fn cell_pick(name: &str, label: &str, fixed: &[(&str, &str)], chosen: &str) -> AnyView {
    let options = choices(&options(fixed), chosen);
    view! {
        <select class="input input--s" name=name.to_owned() aria-label=label.to_owned()>{options}</select>
    }
    .into_any()
}
