//! What is done with alerts from this page: forms that work without script, and the same by keys.

use leptos::form::ActionForm;
use leptos::prelude::*;
use muster_core::alert::AlertId;

use super::address::InboxAddress;
use crate::error::AppError;
use crate::reactive::dynamic;
use crate::rpc::alerts::{DirectAlerts, HandleAlerts};
use crate::ui::{Note, Tone};

/// The deeds of the page.
#[derive(Clone, Copy)]
pub(super) struct Deeds {
    handle: ServerAction<HandleAlerts>,
    direct: ServerAction<DirectAlerts>,
}

impl Deeds {
    pub(super) fn new() -> Self {
        Self {
            handle: ServerAction::new(),
            direct: ServerAction::new(),
        }
    }

    /// Follows the end of deeds.
    pub(super) fn track(self) {
        self.handle.value().track();
        self.direct.value().track();
    }

    /// What went wrong with the last one.
    pub(super) fn failure(self) -> AnyView {
        let words = move || {
            let wrong = |answer: Option<Result<u64, AppError>>| answer?.err();
            let error =
                wrong(self.handle.value().get()).or_else(|| wrong(self.direct.value().get()));
            let words = match error? {
                AppError::NotFound => {
                    "It is over already, or it stands for devices outside your scope.".to_owned()
                }
                error => error.to_string(),
            };
            Some(
                view! { <div class="mb-4"><Note tone=Tone::Attention alert=true>{words}</Note></div> },
            )
        };
        view! { {dynamic(words)} }.into_any()
    }

    /// Does something with an alert, as a key asks for it.
    pub(super) fn press(self, id: AlertId, verb: &str) {
        self.handle.dispatch(HandleAlerts {
            ids: id.to_string(),
            verb: verb.to_owned(),
            comment: String::new(),
            minutes: String::new(),
            back: String::new(),
        });
    }

    /// A form that does something with alerts; `inside` are its fields and its button.
    pub(super) fn handle_form(
        self,
        ids: &[AlertId],
        verb: &'static str,
        back: &InboxAddress,
        inside: AnyView,
    ) -> AnyView {
        let hidden = hidden(ids, verb, back);
        view! { <ActionForm action=self.handle>{hidden} {inside}</ActionForm> }.into_any()
    }

    /// The same for those who direct the work.
    pub(super) fn direct_form(
        self,
        ids: &[AlertId],
        verb: &'static str,
        back: &InboxAddress,
        inside: AnyView,
    ) -> AnyView {
        let hidden = hidden(ids, verb, back);
        view! { <ActionForm action=self.direct>{hidden} {inside}</ActionForm> }.into_any()
    }
}

fn hidden(ids: &[AlertId], verb: &'static str, back: &InboxAddress) -> AnyView {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    view! {
        <input type="hidden" name="ids" value=ids.join(",")/>
        <input type="hidden" name="verb" value=verb/>
        <input type="hidden" name="back" value=back.query()/>
    }
    .into_any()
}
