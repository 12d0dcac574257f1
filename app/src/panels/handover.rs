//! Handover: the newest notes, and the form for the next one.

use leptos::form::ActionForm;
use leptos::prelude::*;
use muster_core::policy::Action;

use super::refresh::Refresh;
use crate::format::TimeStyle;
use crate::reactive::{dynamic, effect};
use crate::rpc::home::{LeaveNote, NoteView};
use crate::session::use_session;
use crate::ui::{Button, ButtonSize, TextArea, TimeStamp, section};

/// The panel. `refresh` reads the page again once a note was left.
pub fn handover(notes: Memo<Vec<NoteView>>, refresh: Refresh) -> AnyView {
    let shown = move || {
        match notes.get() {
        notes if notes.is_empty() => view! {
            <p class="meta">"No note yet. What you leave is read by everybody who sees the same devices."</p>
        }
        .into_any(),
        notes => view! { <ul class="notes">{notes.into_iter().map(note).collect_view()}</ul> }.into_any(),
    }
    };
    let may = use_session().with(|me| me.can(Action::RunOperations));
    let body = view! {
        {dynamic(shown)}
        {may.then(|| form(refresh))}
    };
    section("handover", "Handover", true, body.into_any())
}

fn note(note: NoteView) -> AnyView {
    view! {
        <li>
            <p>{note.text}</p>
            <p class="meta">{note.author} ", " <TimeStamp ms=note.at style=TimeStyle::DateTime/></p>
        </li>
    }
    .into_any()
}

fn form(refresh: Refresh) -> AnyView {
    let action = ServerAction::<LeaveNote>::new();
    let text = RwSignal::new(String::new());
    let value = action.value();
    effect(move || {
        if value.with(|answer| matches!(answer, Some(Ok(())))) {
            text.set(String::new());
            refresh.ask();
        }
    });
    let error = Signal::derive(move || {
        value.with(|answer| answer.as_ref()?.as_ref().err().map(ToString::to_string))
    });
    view! {
        <ActionForm action=action>
            <div class="handover-form mt-3">
                <TextArea id="handover-text" name="text" label="For the next shift" bind=text rows=3 error=error/>
                <Button submit=true size=ButtonSize::Small>"Leave the note"</Button>
            </div>
        </ActionForm>
    }
    .into_any()
}
