//! Somebody's API tokens, for administrators: seeing and revoking them.

use leptos::form::ActionForm;
use leptos::prelude::*;
use muster_core::ids::PersonId;

use super::FormError;
use crate::error::AppError;
use crate::pages::tokens::TokenList;
use crate::panels::loaded::answered;
use crate::reactive::effect_of_change;
use crate::rpc::data::Data;
use crate::rpc::tokens::{RevokeTokenOf, TokenView, list_tokens_of};
use crate::ui::{Button, ButtonKind};

/// The tokens of one account.
#[component]
pub(super) fn TokensOf(person: PersonId) -> impl IntoView {
    let tokens = Data::new(move || person, list_tokens_of);
    let revoke = ServerAction::<RevokeTokenOf>::new();
    effect_of_change(move |changed| {
        revoke.version().track();
        if changed {
            tokens.refetch();
        }
    });
    let error = Signal::derive(move || revoke.value().get().and_then(Result::err));
    view! {
        <FormError error=error/>
        {answered(tokens, move |tokens| listed(tokens, person, revoke).into_any())}
    }
}

fn listed(
    tokens: Result<Vec<TokenView>, AppError>,
    person: PersonId,
    revoke: ServerAction<RevokeTokenOf>,
) -> impl IntoView {
    match tokens {
        Ok(tokens) => {
            let form = move |id: String| {
                view! {
                    <ActionForm action=revoke>
                        <input type="hidden" name="person" value=person.to_string()/>
                        <input type="hidden" name="id" value=id/>
                        <Button submit=true kind=ButtonKind::Danger>"Revoke"</Button>
                    </ActionForm>
                }
                .into_any()
            };
            view! { <TokenList tokens=tokens form=form/> }.into_any()
        }
        Err(error) => view! { <p class="meta">{error.to_string()}</p> }.into_any(),
    }
}
