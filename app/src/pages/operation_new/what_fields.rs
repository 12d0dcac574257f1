//! The fields of each kind of task.

use leptos::prelude::*;
use muster_core::operation::TaskKind;

use super::fields::{Form, Line, area, cell, cell_pick, line, options, pick};
use crate::rpc::operations::{Known, PatchRow, What};
use crate::ui::{Button, ButtonSize, Check, Note, Tone};

/// Rows that are offered at first.
const ROWS: usize = 3;

/// The fields.
pub(super) fn fields_of(kind: TaskKind, what: &What, known: &Known, form: &Form) -> AnyView {
    match kind {
        TaskKind::UpdateTwin => twin(what, form),
        TaskKind::InvokeMethod => method(what, known, form),
        TaskKind::InstallFirmware => firmware(what, known, form),
        TaskKind::ChangeStage => {
            let steps = options(&[
                ("", "Choose"),
                ("enter_maintenance", "Into maintenance"),
                ("leave_maintenance", "Back into service"),
                ("retire", "Retire: revokes credentials, cannot be undone"),
            ]);
            view! {
                {pick(form, "what[step]", "Stage of life", &steps, &what.step)}
                {reason(what, form)}
            }
            .into_any()
        }
        TaskKind::SetEnabled => {
            let both = options(&[
                ("", "Choose"),
                ("true", "Enable: devices may connect"),
                ("false", "Disable: connections end and are refused"),
            ]);
            view! {
                {pick(form, "what[enabled]", "Connection", &both, &what.enabled)}
                {reason(what, form)}
            }
            .into_any()
        }
        TaskKind::RestoreDesired => {
            let moment = Line {
                hint: Some("In UTC. Desired properties go back to what they were then."),
                example: "2026-11-22 03:30",
                mono: true,
                ..Line::default()
            };
            line(form, "what[at]", "Moment", &what.at, moment)
        }
        TaskKind::Export => view! {
            <Check name="what[without_keys]" label="Leave keys out" checked=!what.without_keys.is_empty()/>
        }
        .into_any(),
        TaskKind::RotateKeys => view! {
            <Note>
                "Each device is handed a new key by the method rotateKey and signs in with it. Then, not before, it becomes \
                 the primary key and the old keys are revoked. A device that does not know the method fails and keeps its \
                 keys. How long devices have to sign in is the time limit of the third step."
            </Note>
        }
        .into_any(),
        TaskKind::Delete => view! {
            <Note tone=Tone::Attention>
                "Identities and twins are deleted and cannot be brought back. To keep their history, retire devices instead."
            </Note>
        }
        .into_any(),
        TaskKind::Import => ().into_any(),
    }
}

fn reason(what: &What, form: &Form) -> AnyView {
    let hint = Line {
        hint: Some("It is written into the timeline of each device."),
        ..Line::default()
    };
    line(form, "what[reason]", "Reason", &what.reason, hint)
}

/// Properties row by row, or as documents.
fn twin(what: &What, form: &Form) -> AnyView {
    let there = what.rows.len();
    let shown = RwSignal::new(ROWS.max(there + 1));
    let (rows, form_of_rows) = (what.rows.clone(), form.clone());
    let indices = move || (0..shown.get()).collect::<Vec<_>>();
    let row = move |index: usize| {
        let empty = PatchRow::default();
        patch_row(index, rows.get(index).unwrap_or(&empty), &form_of_rows)
    };
    let documents = !what.desired.trim().is_empty() || !what.tags.trim().is_empty();
    view! {
        <fieldset class="rows-form">
            <legend>"Properties"</legend>
            <ul>
                <For each=indices key=|index| *index let:index>{row(index)}</For>
            </ul>
            <span class="js-only">
                <Button size=ButtonSize::Small icon="i-plus" on_press=move |_| shown.update(|n| *n += 1)>
                    "Add property"
                </Button>
            </span>
        </fieldset>
        <details class="wiz-more" open=documents>
            <summary>"As JSON"</summary>
            <div class="fields mt-3">
                {area(form, "what[desired]", "Patch of desired properties", &what.desired, 5, "What is null is removed. Rows above win over the same path here.")}
                {area(form, "what[tags]", "Patch of tags", &what.tags, 4, "What is null is removed.")}
            </div>
        </details>
    }
    .into_any()
}

fn patch_row(index: usize, row: &PatchRow, form: &Form) -> AnyView {
    let name = |member: &str| format!("what[rows][{index}][{member}]");
    let label = |what: &str| format!("{what} {}", index + 1);
    let sections = [("desired", "Desired"), ("tags", "Tag")];
    let kinds = [
        ("text", "Text"),
        ("number", "Number"),
        ("boolean", "True or false"),
        ("json", "JSON"),
        ("remove", "Remove"),
    ];
    view! {
        <li class="patch-row">
            {cell_pick(&name("section"), &label("Section"), &sections, &row.section)}
            {cell(form, &name("path"), &label("Path"), &row.path, "telemetry.interval")}
            {cell_pick(&name("kind"), &label("Type"), &kinds, &row.kind)}
            {cell(form, &name("value"), &label("Value"), &row.value, "60")}
        </li>
    }
    .into_any()
}

/// Names called before are offered as they are typed.
fn method(what: &What, known: &Known, form: &Form) -> AnyView {
    let names: Vec<AnyView> = known
        .methods
        .iter()
        .map(|name| view! { <option value=name.clone()></option> }.into_any())
        .collect();
    let seconds = |hint: &'static str, example: &'static str| Line {
        hint: Some(hint),
        example,
        mono: true,
        ..Line::default()
    };
    let name = Line {
        hint: Some("A status from 200 to 299 counts as done."),
        example: "reboot",
        mono: true,
        list: Some("known-methods"),
    };
    view! {
        {line(form, "what[method]", "Method", &what.method, name)}
        <datalist id="known-methods">{names}</datalist>
        {area(form, "what[payload]", "Payload", &what.payload, 4, "Any JSON, or nothing.")}
        <div class="pair">
            {line(form, "what[connect]", "Seconds to wait for each device", &what.connect, seconds("0 to 300; 0 fails at once when it is not online.", "0"))}
            {line(form, "what[response]", "Seconds to wait for its answer", &what.response, seconds("5 to 300.", "30"))}
        </div>
    }
    .into_any()
}

fn firmware(what: &What, known: &Known, form: &Form) -> AnyView {
    if known.firmware.is_empty() {
        return view! {
            <Note tone=Tone::Attention>"The hub has no firmware yet. Add an artifact first, then come back."</Note>
        }
        .into_any();
    }
    let some = |first: &str| {
        let mut list = vec![(String::new(), first.to_owned())];
        list.extend(known.firmware.iter().cloned());
        list
    };
    let contacts = Line {
        hint: Some("Contacts on the new version without trouble, before a device counts as done."),
        example: "1",
        ..Line::default()
    };
    let soak = Line {
        hint: Some("How long it stays on the new version before it counts as done."),
        example: "30 min",
        ..Line::default()
    };
    let back = some("Nothing: it cannot be rolled back");
    view! {
        {pick(form, "what[artifact]", "Firmware", &some("Choose"), &what.artifact)}
        {pick(form, "what[back_to]", "On a rollback devices go back to", &back, &what.back_to)}
        <div class="pair">
            {line(form, "what[check_ins]", "Healthy contacts", &what.check_ins, contacts)}
            {line(form, "what[soak]", "Watched for", &what.soak, soak)}
        </div>
    }
    .into_any()
}
