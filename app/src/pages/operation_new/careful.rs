//! The third step's first part: in which order.

use leptos::prelude::*;

use super::fields::{Form, Line, cell, cell_pick, line};
use crate::rpc::operations::{HowForm, WaveForm};
use crate::ui::{Button, ButtonSize, Check, section};

/// Rows that are offered at first.
const ROWS: usize = 3;

/// Waves: none, careful ones, own ones.
pub(super) fn waves(how: &HowForm, form: &Form) -> AnyView {
    let is = |name: &str| how.waves == name;
    let share = Line {
        hint: Some("Percent of a wave that must be done before the next opens."),
        ..Line::default()
    };
    let soak = Line {
        hint: Some(
            "How long a good wave is watched before the next opens, such as 30 min or 24 h.",
        ),
        ..Line::default()
    };
    let none_of_own = form.problem("how[waves]").map(|problem| {
        view! { <p class="hint hint--error">{problem}</p> }
    });
    let body = view! {
        <div class="choices">
            <Check radio=true name="how[waves]" value="once" checked=is("once")
                label="All at once" hint="For changes that are easily taken back."/>
            <Check radio=true name="how[waves]" value="careful" checked=is("careful")
                label="In growing waves: 10 devices, 1%, 10%, 50%, the rest"
                hint="Each wave has to prove good before the next one opens."/>
            <div class="wiz-sub only-careful">
                <div class="pair">
                    {line(form, "how[success]", "Done before the next wave, %", &how.success, share)}
                    {line(form, "how[soak]", "Watched for", &how.soak, soak)}
                </div>
                <Check name="how[manual]" label="A person opens each next wave" checked=!how.manual.is_empty()/>
            </div>
            <Check radio=true name="how[waves]" value="own" checked=is("own")
                label="In waves of your own" hint="By number, by share, by condition."/>
            {none_of_own}
            <div class="wiz-sub only-own">{own_rows(how, form)}</div>
        </div>
    };
    section("order", "In which order?", false, body.into_any())
}

fn own_rows(how: &HowForm, form: &Form) -> AnyView {
    let shown = RwSignal::new(ROWS.max(how.rows.len() + 1));
    let (rows, form) = (how.rows.clone(), form.clone());
    let indices = move || (0..shown.get()).collect::<Vec<_>>();
    let row = move |index: usize| {
        let empty = WaveForm::default();
        own_row(index, rows.get(index).unwrap_or(&empty), &form)
    };
    view! {
        <ol class="wave-rows">
            <For each=indices key=|index| *index let:index>{row(index)}</For>
        </ol>
        <span class="js-only">
            <Button size=ButtonSize::Small icon="i-plus" on_press=move |_| shown.update(|n| *n += 1)>
                "Add wave"
            </Button>
        </span>
    }
    .into_any()
}

fn own_row(index: usize, row: &WaveForm, form: &Form) -> AnyView {
    let name = |member: &str| format!("how[rows][{index}][{member}]");
    let label = |what: &str| format!("{what} of wave {}", index + 1);
    let sizes = [
        ("", "Not used"),
        ("count", "Devices"),
        ("percent", "Percent"),
        ("query", "Where"),
        ("rest", "The rest"),
    ];
    view! {
        <li class="wave-row">
            {cell_pick(&name("kind"), &label("Size"), &sizes, &row.kind)}
            {cell(form, &name("value"), &label("Value"), &row.value, "10")}
            {cell(form, &name("success"), &label("Percent done before the next"), &row.success, "95 %")}
            {cell(form, &name("soak"), &label("Watching time"), &row.soak, "30 min")}
            <Check name=name("manual") label="then a person" checked=!row.manual.is_empty()/>
        </li>
    }
    .into_any()
}
