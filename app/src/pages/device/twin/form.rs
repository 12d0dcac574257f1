//! Editing the twin row by row, without a schema: path, type, value.

use leptos::prelude::*;
use muster_core::ids::DeviceId;

use super::draft::Draft;
use super::form_row::{EditRow, RowFields};
use crate::pages::device::address::{DeviceAddress, View};
use crate::panels::twin::document::{self, Section};
use crate::panels::twin::rows::{Kind, Row, RowProblem, object_of, rows_of};
use crate::reactive::{dynamic, effect};
use crate::ui::{Button, ButtonKind, ButtonSize, Icon};

/// Id of the words that say why saving is off.
const REASON: &str = "form-reason";

/// Both sections as rows.
#[component]
pub(super) fn FormEditor(id: DeviceId, draft: Draft) -> impl IntoView {
    let json = DeviceAddress::twin(View::Json).href(&id);
    let broken = RwSignal::new([false; 2]);
    let off = Signal::derive(move || {
        let rows = broken.get().contains(&true);
        let documents = [Section::Tags, Section::Desired];
        rows || documents
            .into_iter()
            .any(|section| draft.problem(section).is_some())
    });
    let reason = move || {
        off.get()
            .then(|| view! { <span class="meta" id=REASON>"Correct what is marked first."</span> })
    };
    let pending = draft.save.pending();
    let send = move |_| {
        if !pending.get_untracked() {
            draft.send(&id);
        }
    };
    view! {
        <noscript>
            <p>"The form needs script. "<a href=json>"Edit the twin as JSON"</a>" instead."</p>
        </noscript>
        <div class="js-only stack">
            <SectionRows section=Section::Desired title="Desired properties" draft=draft broken=broken/>
            <SectionRows section=Section::Tags title="Tags" draft=draft broken=broken/>
            <div class="row">
                <Button kind=ButtonKind::Primary off=off reason=REASON on_press=send>"Save for 1 device"</Button>
                <Button kind=ButtonKind::Quiet on_press=move |_| draft.restart()>"Start over"</Button>
                {dynamic(reason)}
            </div>
        </div>
    }
    .into_any()
}

/// One section: its rows, what is wrong with it, and a way to add to it.
#[component]
fn SectionRows(
    section: Section,
    title: &'static str,
    draft: Draft,
    broken: RwSignal<[bool; 2]>,
) -> impl IntoView {
    let text = draft.text(section);
    let rows = RwSignal::new(Vec::<EditRow>::new());
    let problems = RwSignal::new(Vec::<RowProblem>::new());
    let next = StoredValue::new(0_u32);
    // The document is the truth; rows follow it whenever they say something else.
    let follow = move || {
        let Ok(object) = text.with(|text| document::read(section, text)) else {
            return;
        };
        let now: Vec<Row> = rows.with_untracked(|rows| rows.iter().map(EditRow::read).collect());
        if object_of(&now).as_ref() != Ok(&object) {
            let fresh = rows_of(&object)
                .into_iter()
                .map(|row| EditRow::new(key(next), row));
            rows.set(fresh.collect());
            problems.set(Vec::new());
        }
    };
    untrack(follow);
    effect(follow);
    let changed = Callback::new(move |()| {
        let now: Vec<Row> = rows.with_untracked(|rows| rows.iter().map(EditRow::read).collect());
        match object_of(&now) {
            Ok(object) => {
                text.set(document::written(&object));
                problems.set(Vec::new());
            }
            Err(found) => problems.set(found),
        }
    });
    effect(move || {
        let is_broken = problems.with(|problems| !problems.is_empty());
        broken.update(|broken| broken[section as usize] = is_broken);
    });
    let remove = Callback::new(move |gone: u32| {
        rows.update(|rows| rows.retain(|row| row.key != gone));
        changed.run(());
    });
    let add = move |_| {
        let empty = Row {
            path: String::new(),
            kind: Kind::Text,
            value: String::new(),
        };
        rows.update(|rows| rows.push(EditRow::new(key(next), empty)));
    };
    let unreadable = move || text.with(|text| document::read(section, text).err());
    let of_row = move |row: u32| {
        let index = rows.with(|rows| rows.iter().position(|other| other.key == row))?;
        problems.with(|problems| {
            let found = problems.iter().find(|problem| problem.row == index)?;
            Some(crate::format::sentence(&found.message))
        })
    };
    let whole = move || {
        let problem = unreadable().or_else(|| draft.problem(section))?;
        Some(view! {
            <p class="hint hint--error"><Icon name="s-attention"/><span>{problem}</span></p>
        })
    };
    view! {
        <fieldset class="rows-form">
            <legend>{title}</legend>
            <ul>
                <For each=move || rows.get() key=|row| row.key let:row>
                    <RowFields
                        row=row
                        section=section
                        problem=Signal::derive(move || of_row(row.key))
                        changed=changed
                        remove=remove
                    />
                </For>
            </ul>
            {dynamic(whole)}
            <Button size=ButtonSize::Small icon="i-plus" on_press=add>"Add property"</Button>
        </fieldset>
    }
    .into_any()
}

fn key(next: StoredValue<u32>) -> u32 {
    let key = next.get_value();
    next.set_value(key + 1);
    key
}
