//! The third step's second part: what a device has to meet when its turn comes.

use leptos::prelude::*;

use super::fields::{Form, Line, cell, line, options, pick};
use crate::rpc::operations::{ConditionForm, HowForm, Known};
use crate::ui::{Check, section};

/// Conditions of one's own that are offered.
const ROWS: usize = 2;

/// Presets, what the hub keeps by name, own conditions.
pub(super) fn gates(how: &HowForm, known: &Known, form: &Form) -> AnyView {
    let named = |name: &str, label: &str, list: &[(String, String)], chosen: &str| {
        if list.is_empty() {
            return ().into_any();
        }
        let mut choices = options(&[("", "Not asked")]);
        choices.extend(list.iter().cloned());
        pick(form, name, label, &choices, chosen)
    };
    let side = (!known.places.is_empty()).then(|| {
        let sides = options(&[("inside", "inside it"), ("outside", "outside it")]);
        pick(
            form,
            "how[place_side]",
            "The device is",
            &sides,
            &how.place_side,
        )
    });
    let on = |text: &str| !text.is_empty();
    let rows = ROWS.max(how.conditions.len() + 1);
    let empty = ConditionForm::default();
    let conditions: Vec<AnyView> = (0..rows)
        .map(|index| condition(index, how.conditions.get(index).unwrap_or(&empty), form))
        .collect();
    let battery = Line {
        hint: Some("Percent that is enough where there is no mains power."),
        ..Line::default()
    };
    let body = view! {
        <div class="choices">
            <Check name="how[online]" label="It is connected" checked=on(&how.online)/>
            <Check name="how[power]" label="It has mains power, or enough battery"
                hint="reported.power.source and reported.power.battery" checked=on(&how.power)/>
            <div class="wiz-sub only-power">{line(form, "how[battery]", "Enough battery, %", &how.battery, battery)}</div>
            <Check name="how[network]" label="It is on Ethernet or Wi-Fi"
                hint="reported.network.type" checked=on(&how.network)/>
            <Check name="how[idle]" label="It is not in use" hint="reported.inUse" checked=on(&how.idle)/>
        </div>
        <div class="pair mt-4">
            {named("how[window]", "Maintenance window", &known.windows, &how.window)}
            {named("how[calendar]", "Outside service hours of", &known.calendars, &how.calendar)}
            {named("how[place]", "Place", &known.places, &how.place)}
            {side}
        </div>
        <fieldset class="rows-form mt-4">
            <legend>"Conditions of your own"</legend>
            <ul>{conditions}</ul>
        </fieldset>
    };
    section("gates", "A device goes ahead when", true, body.into_any())
}

fn condition(index: usize, row: &ConditionForm, form: &Form) -> AnyView {
    let name = |member: &str| format!("how[conditions][{index}][{member}]");
    let label = |what: &str| format!("{what} {}", index + 1);
    view! {
        <li class="cond-row">
            {cell(form, &name("label"), &label("Name of condition"), &row.label, "Door closed")}
            {cell(form, &name("text"), &label("Condition"), &row.text, "reported.door = 'closed'")}
        </li>
    }
    .into_any()
}
