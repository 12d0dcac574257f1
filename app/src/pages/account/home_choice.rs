//! Which of several homes one begins with.

use leptos::form::ActionForm;
use leptos::prelude::*;

use crate::reactive::{dynamic, effect};
use crate::rpc::session::SetHome;
use crate::session::{Me, use_session};
use crate::shell::home_entry;
use crate::ui::{Button, Check, Section};

/// One of the homes of the person's roles.
#[component]
pub(super) fn HomeChoice(me: Me) -> impl IntoView {
    let action = ServerAction::<SetHome>::new();
    let session = use_session();
    effect(move || {
        if let Some(Ok(me)) = action.value().get() {
            session.set(Some(me));
        }
    });
    let choices = me
        .roles()
        .into_iter()
        .map(home_entry)
        .map(|entry| view! {
            <Check name="home" value=entry.href label=entry.label radio=true checked=entry.href == me.home/>
        })
        .collect_view();
    let answer = move || {
        action.value().get().map(|answer| match answer {
            Ok(_) => "You begin there from now on, in this browser.".to_owned(),
            Err(error) => error.to_string(),
        })
    };
    view! {
        <Section id="home" title="Where you begin">
            <ActionForm action=action>
                <div class="person-form">
                    <div class="choices" role="radiogroup" aria-labelledby="home">{choices}</div>
                    <div class="row">
                        <Button submit=true>"Begin here"</Button>
                        <span class="meta" aria-live="polite">{dynamic(answer)}</span>
                    </div>
                </div>
            </ActionForm>
        </Section>
    }
}
