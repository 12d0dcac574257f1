//! What the hub answered, and what happened while somebody was typing.

use leptos::prelude::*;
use muster_core::ids::DeviceId;

use super::draft::Draft;
use crate::error::AppError;
use crate::format;
use crate::pages::device::address::{DeviceAddress, Problem, View};
use crate::reactive::dynamic;
use crate::rpc::devices::{Delivery, Saved};
use crate::ui::{Button, ButtonSize, LinkButton, Note, Tone};

/// The answer to the last saving.
#[component]
pub(super) fn Answer(draft: Draft) -> impl IntoView {
    move || {
        let view = match draft.save.value().get()? {
            Ok(saved) => {
                view! { <Note tone=Tone::Ok alert=true>{stored(&saved)}</Note> }.into_any()
            }
            // The choice that follows says it all.
            Err(AppError::Conflict { .. }) => return None,
            Err(error) if error.is_of_fields() => return None,
            Err(error) => view! {
                <Note tone=Tone::Serious alert=true>
                    <strong>"Nothing was saved. "</strong>
                    {error.to_string()}
                </Note>
            }
            .into_any(),
        };
        Some(view! { <div class="mb-4">{view}</div> })
    }
}

fn stored(saved: &Saved) -> String {
    let version = format::count(saved.desired_version);
    match (saved.changed, saved.delivery) {
        (false, _) => "Nothing was different, so nothing was saved.".to_owned(),
        (true, Delivery::Now) => format!(
            "Saved as desired version {version}. The device is connected and receives it now."
        ),
        (true, Delivery::NextContact) => {
            format!(
                "Saved as desired version {version}. The device receives it at its next contact."
            )
        }
        (true, Delivery::Nothing) => {
            "Saved. Devices do not see their tags, so nothing is sent.".to_owned()
        }
    }
}

/// The answer to a form that was sent without script.
#[component]
pub(super) fn AnswerOfAddress(address: Memo<DeviceAddress>) -> impl IntoView {
    move || {
        let (problem, saved, draft) =
            address.with(|address| (address.problem, address.saved, address.draft.is_some()));
        let (tone, words) = match (problem, saved) {
            (None, None) => return None,
            (None, Some(version)) => (Tone::Ok, format!("Saved. Desired is version {} now.", format::count(version))),
            (Some(Problem::Conflict), _) => (
                Tone::Attention,
                "Somebody else changed the twin meanwhile, and nothing of yours was saved. Compare your text with what is \
                 stored now; saving again replaces it."
                    .to_owned(),
            ),
            (Some(Problem::Refused), _) => (Tone::Attention, "Nothing was saved: a document needs a correction.".to_owned()),
            (Some(Problem::Failed), _) => {
                (Tone::Serious, "Nothing was saved. Try again; the log of the hub has the cause.".to_owned())
            }
        };
        let back = (problem.is_some() && !draft)
            .then_some(" Your text was too long to come along: go one step back in the browser to have it again.");
        Some(view! { <div class="mb-4"><Note tone=tone>{words}{back}</Note></div> })
    }
}

/// Somebody else changed the twin, and something was typed here.
#[component]
pub(super) fn Meanwhile(id: DeviceId, draft: Draft, view_now: Memo<View>) -> impl IntoView {
    let waiting =
        Memo::new(move |_| draft.is_behind() && draft.is_changed() && !draft.is_resolving());
    let unsaved = Memo::new(move |_| view_now.get() == View::Compare && draft.is_changed());
    let edit = DeviceAddress::twin(View::Form).href(&id);
    let behind = move || {
        (waiting.get() && view_now.get() != View::Compare).then(|| {
            let resolve = move || {
                view! { <Button size=ButtonSize::Small on_press=move |_| draft.resolve()>"Compare the changes"</Button> }
            };
            view! {
                <div class="mb-4">
                    <Note tone=Tone::Attention action=resolve>
                        <strong>"Somebody else changed this twin meanwhile. "</strong>
                        "What you typed is still here."
                    </Note>
                </div>
            }
        })
    };
    let kept = move || {
        let edit = edit.clone();
        unsaved.get().then(|| {
            let go_on = move || {
                view! { <LinkButton href=edit size=ButtonSize::Small>"Go on"</LinkButton> }
            };
            view! {
                <div class="mb-4">
                    <Note action=go_on>"An edit of yours is not saved yet."</Note>
                </div>
            }
        })
    };
    view! {
        {dynamic(behind)}
        {dynamic(kept)}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_says_when_the_device_learns_of_it() {
        let check = |changed, delivery, want: &str| {
            let saved = Saved {
                etag: String::new(),
                desired_version: 1043,
                changed,
                delivery,
            };
            assert!(stored(&saved).contains(want), "{}", stored(&saved));
        };
        check(
            true,
            Delivery::Now,
            "version 1,043. The device is connected",
        );
        check(true, Delivery::NextContact, "at its next contact");
        check(true, Delivery::Nothing, "do not see their tags");
        check(false, Delivery::Nothing, "nothing was saved");
    }
}
