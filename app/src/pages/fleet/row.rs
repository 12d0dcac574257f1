//! One device in the list.

use leptos::ev::{Event, MouseEvent};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlInputElement};
use muster_core::contact::Contact;
use muster_core::device::Status;
use muster_core::lifecycle::Stage;

use super::address::Column;
use super::keys::{RowKeys, row_id};
use crate::format::{self, TimeStyle};
use crate::live::wire::RowNews;
use crate::pages::device::facts::credential_words;
use crate::reactive::dynamic;
use crate::routes;
use crate::rpc::fleet::FleetRow;
use crate::ui::{ButtonKind, ButtonSize, IconButton, Look, State, TimeStamp, look};

/// What changes while one looks at it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Changing {
    contact: Option<Contact>,
    stage: Stage,
    status: Status,
    drift: bool,
    seen: Option<i64>,
}

/// What a row follows: system values by the stream itself, the rest is read again when it changes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Following {
    pub(super) changing: RwSignal<Changing>,
    pub(super) values: RwSignal<Vec<Option<String>>>,
}

impl Following {
    pub(super) fn new(row: &FleetRow) -> Self {
        Self {
            changing: RwSignal::new(Changing::from(row)),
            values: RwSignal::new(row.values.clone()),
        }
    }
}

impl From<&FleetRow> for Changing {
    fn from(row: &FleetRow) -> Self {
        Self {
            contact: row.contact,
            stage: row.stage,
            status: row.status,
            drift: row.drift,
            seen: row.last_activity,
        }
    }
}

impl From<&RowNews> for Changing {
    fn from(news: &RowNews) -> Self {
        Self {
            contact: news.contact,
            stage: news.stage,
            status: news.status,
            drift: news.drift,
            seen: news.last_activity_ms,
        }
    }
}

/// What leaves first on narrow lists.
pub(super) fn class_of(column: &Column) -> &'static str {
    match column {
        Column::Contact => "p2",
        Column::Seen => "num",
        Column::Tag(_) | Column::Desired(_) | Column::Reported(_) => "p3",
        Column::Stage
        | Column::Status
        | Column::Twin
        | Column::Model
        | Column::Authentication
        | Column::Connection => "p4",
    }
}

/// The row.
pub(super) fn device_row(
    index: usize,
    row: FleetRow,
    columns: &[Column],
    Following { changing, values }: Following,
    now: Signal<i64>,
    keys: RowKeys,
) -> AnyView {
    let mut plain = 0..;
    let cells = columns
        .iter()
        .map(|column| {
            let content = match column {
                column if column.is_plain() => shown(values, plain.next().unwrap_or_default()),
                Column::Model if row.model.is_empty() => unset(),
                Column::Model => row.model.clone().into_any(),
                Column::Authentication => row
                    .auth
                    .map_or_else(unset, |auth| credential_words(auth).into_any()),
                _ => following(column, changing, now),
            };
            view! { <td class=class_of(column)>{content}</td> }
        })
        .collect_view();
    let under = under(&row);
    let hand = keys.hand;
    let name = row.id.as_str().to_owned();
    let selected = {
        let id = row.id.clone();
        Memo::new(move |_| hand.selection.with(|selection| selection.has(&id)))
    };
    let mark = {
        let id = row.id.clone();
        move |event: Event| {
            hand.selection.update(|selection| {
                let selected = !selection.has(&id);
                selection.set(std::slice::from_ref(&id), selected);
            });
            // Where there was no room the box goes back.
            let selected = hand
                .selection
                .with_untracked(|selection| selection.has(&id));
            event_target::<HtmlInputElement>(&event).set_checked(selected);
            keys.anchor.set(Some(index));
        }
    };
    let press = {
        let id = row.id.clone();
        move |event: MouseEvent| {
            if !is_on_control(&event) {
                keys.cursor.set(Some(index));
                hand.toggle_preview(&id);
            }
        }
    };
    let show = {
        let id = row.id.clone();
        move |_| {
            keys.cursor.set(Some(index));
            hand.toggle_preview(&id);
        }
    };
    let is_open = {
        let id = row.id.clone();
        move || {
            keys.cursor.get() == Some(index)
                || hand.preview.with(|shown| shown.as_ref() == Some(&id))
        }
    };
    view! {
        <tr
            id=row_id(index)
            class:is-open=is_open
            aria-selected=move || selected.get().then_some("true")
            on:click=press
        >
            <td class="c-x">
                <input
                    type="checkbox"
                    class="js-only"
                    aria-label=format!("Select {name}")
                    prop:checked=selected
                    on:change=mark
                />
            </td>
            <th scope="row" class="c-dev">
                <a class="id" href=routes::device(&row.id)>{row.id.as_str().to_owned()}</a>
                <span class="sub only-narrow">
                    {under}
                </span>
            </th>
            {cells}
            <td class="c-menu num">
                <span class="js-only">
                    <IconButton
                        icon="i-panel"
                        label=format!("Preview {name}")
                        kind=ButtonKind::Quiet
                        size=ButtonSize::Small
                        on_press=show
                    />
                </span>
            </td>
        </tr>
    }
    .into_any()
}

/// Whether a press meant something inside the row, not the row.
fn is_on_control(event: &MouseEvent) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let control = |element: Element| element.closest("a, button, input, label").ok().flatten();
    target.and_then(control).is_some()
}

/// What has left the columns of a narrow list, under the name.
fn under(row: &FleetRow) -> String {
    let values: Vec<&str> = row
        .values
        .iter()
        .flatten()
        .take(2)
        .map(String::as_str)
        .collect();
    values.join(" · ")
}

/// The value of a plain column, by its place among these.
fn shown(values: RwSignal<Vec<Option<String>>>, place: usize) -> AnyView {
    let value = Memo::new(move |_| values.with(|values| values.get(place).cloned().flatten()));
    dynamic(move || value.get().map_or_else(unset, |value| value.into_any()))
}

fn unset() -> AnyView {
    view! { <span class="dim">{format::DASH}</span> }.into_any()
}

fn following(column: &Column, changing: RwSignal<Changing>, now: Signal<i64>) -> AnyView {
    match column {
        Column::Contact => {
            let contact = Memo::new(move |_| changing.with(|row| row.contact));
            (move || match contact.get() {
                Some(contact) => view! { <State look=Look::from(contact)/> }.into_any(),
                None => view! { <span class="dim">"Out of service"</span> }.into_any(),
            })
            .into_any()
        }
        Column::Stage => {
            let stage = Memo::new(move |_| changing.with(|row| row.stage));
            (move || quiet(Look::from(stage.get()), stage.get() == Stage::Active)).into_any()
        }
        Column::Status => {
            let status = Memo::new(move |_| changing.with(|row| row.status));
            (move || quiet(Look::from(status.get()), status.get() == Status::Enabled)).into_any()
        }
        Column::Twin => {
            let drift = Memo::new(move |_| changing.with(|row| row.drift));
            (move || {
                quiet(
                    if drift.get() {
                        look::DRIFT
                    } else {
                        look::IN_SYNC
                    },
                    !drift.get(),
                )
            })
            .into_any()
        }
        _ => {
            let seen = Memo::new(move |_| changing.with(|row| row.seen));
            let style = Signal::derive(move || TimeStyle::Age { now: now.get() });
            (move || match seen.get() {
                Some(at) => view! { <TimeStamp ms=at style=style/> }.into_any(),
                None => unset(),
            })
            .into_any()
        }
    }
}

/// The usual state is plain text, so that fifty healthy rows stay quiet.
fn quiet(look: Look, usual: bool) -> AnyView {
    if usual {
        view! { <span class="dim">{look.word}</span> }.into_any()
    } else {
        view! { <State look=look/> }.into_any()
    }
}
