//! Fields for openings and for closed days: the lines there are, and one more.

use leptos::prelude::*;
use muster_core::gate::{MAX_RANGES, MAX_RULES, Nth, Weekday};

use crate::error::AppError;
use crate::reactive::dynamic;
use crate::rpc::windows::{RangeInput, RuleInput};
use crate::ui::{Button, ButtonKind, ButtonSize, FieldMessages};

type Refusal = Signal<Option<AppError>>;

/// The openings. Without a start a line is none. Which fields of a line matter, the style sheet shows.
#[component]
pub(super) fn RuleFields(
    /// The openings there are.
    rules: Vec<RuleInput>,
    /// What the hub said about them.
    error: Refusal,
) -> impl IntoView {
    lines(rules, MAX_RULES, "Another opening", move |at, rule| {
        rule_line(at, rule, error)
    })
}

/// Closed days. Without a first day a line is none.
#[component]
pub(super) fn RangeFields(
    /// The days there are.
    ranges: Vec<RangeInput>,
    /// What the hub said about them.
    error: Refusal,
) -> impl IntoView {
    lines(ranges, MAX_RANGES, "More days", move |at, range| {
        range_line(at, range, error)
    })
}

fn lines<T: Default + Send + 'static>(
    given: Vec<T>,
    most: usize,
    more: &'static str,
    line: impl Fn(usize, T) -> AnyView + Copy + Send + 'static,
) -> AnyView {
    let count = given.len();
    let shown = RwSignal::new((count + 1).min(most));
    let first = given
        .into_iter()
        .chain([T::default()])
        .take(most)
        .enumerate()
        .map(|(at, given)| line(at, given))
        .collect_view();
    let further = move || {
        (count + 1..shown.get())
            .map(|at| line(at, T::default()))
            .collect_view()
    };
    let add = move |_| shown.update(|shown| *shown = (*shown + 1).min(most));
    view! {
        <div class="hours-lines">
            {first}
            {dynamic(further)}
        </div>
        <div class="js-only mt-2">
            <Button size=ButtonSize::Small kind=ButtonKind::Quiet icon="i-plus" on_press=add>{more}</Button>
        </div>
    }
    .into_any()
}

fn name(list: &str, at: usize, part: &str) -> String {
    [list, "[", &at.to_string(), "][", part, "]"].concat()
}

fn refused(error: Refusal, list: &'static str, at: usize) -> Signal<Option<String>> {
    let field = [list, "[", &at.to_string(), "]"].concat();
    Signal::derive(move || error.with(|error| error.as_ref()?.of_field(&field)))
}

fn rule_line(at: usize, rule: RuleInput, error: Refusal) -> AnyView {
    let kinds = [
        ("weekly", "Each week"),
        ("monthly", "Each month"),
        ("once", "Once"),
    ];
    let kinds = kinds.map(|(value, label)| {
        view! { <option value=value selected=rule.kind == value>{label}</option> }
    });
    let days = Weekday::ALL.map(|day| {
        let checked = rule.days.iter().any(|chosen| chosen == day.as_str());
        view! {
            <label class="check">
                <input type="checkbox" name=name("rules", at, "days][") value=day.as_str() checked=checked/>
                <span>{&day.in_words()[..3]}</span>
            </label>
        }
    });
    let nth = Nth::ALL.map(|nth| {
        let word = nth.in_words();
        view! { <option value=word selected=rule.nth == word>{word}</option> }
    });
    let day = Weekday::ALL.map(|day| {
        let (value, word) = (day.as_str(), day.in_words());
        view! { <option value=value selected=rule.day == value>{word}</option> }
    });
    let field = |part: &'static str, kind: &'static str, label: &'static str, value: String| {
        view! {
            <label class="hours-part">
                <span>{label}</span>
                <input class="input input--s" type=kind name=name("rules", at, part) value=value/>
            </label>
        }
    };
    let id = ["rule-", &at.to_string()].concat();
    let described = [&id, "-error"].concat();
    view! {
        <fieldset class="hours-line" aria-describedby=described>
            <legend class="sr-only">{["Opening ", &(at + 1).to_string()].concat()}</legend>
            <label class="hours-part">
                <span>"Comes"</span>
                <select class="input input--s hours-kind" name=name("rules", at, "kind")>{kinds}</select>
            </label>
            <span class="hours-weekly" role="group" aria-label="On these days">{days}</span>
            <span class="hours-monthly">
                <label class="hours-part">
                    <span>"On the"</span>
                    <select class="input input--s" name=name("rules", at, "nth")>{nth}</select>
                </label>
                <label class="hours-part">
                    <span class="sr-only">"Day of the week"</span>
                    <select class="input input--s" name=name("rules", at, "day")>{day}</select>
                </label>
            </span>
            <span class="hours-once">{field("date", "date", "On", rule.date.clone())}</span>
            {field("start", "time", "From", rule.start.clone())}
            {field("end", "time", "To", rule.end.clone())}
            <div class="hours-wrong">
                <FieldMessages
                    id=id
                    hint=Signal::stored(None::<String>)
                    error=refused(error, "rules", at)
                />
            </div>
        </fieldset>
    }
    .into_any()
}

fn range_line(at: usize, range: RangeInput, error: Refusal) -> AnyView {
    let field = |part: &'static str, kind: &'static str, label: &'static str, value: String| {
        view! {
            <label class="hours-part">
                <span>{label}</span>
                <input class="input input--s" type=kind name=name("closed", at, part) value=value/>
            </label>
        }
    };
    let id = ["closed-", &at.to_string()].concat();
    let described = [&id, "-error"].concat();
    view! {
        <fieldset class="hours-line" aria-describedby=described>
            <legend class="sr-only">{["Closed days ", &(at + 1).to_string()].concat()}</legend>
            {field("from", "date", "From", range.from)}
            {field("to", "date", "Up to and including", range.to)}
            {field("note", "text", "Why", range.note)}
            <div class="hours-wrong">
                <FieldMessages id=id hint=Signal::stored(None::<String>) error=refused(error, "closed", at)/>
            </div>
        </fieldset>
    }
    .into_any()
}
