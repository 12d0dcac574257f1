//! A list of API tokens, for the account page and for administrators.

use leptos::prelude::*;

use crate::clock::use_now;
use crate::format::TimeStyle;
use crate::rpc::tokens::{TokenState, TokenView};
use crate::ui::TimeStamp;

/// The tokens, newest first: what each may do, when it was last used, when it ends.
#[component]
pub(crate) fn TokenList(
    /// The tokens.
    tokens: Vec<TokenView>,
    /// The form that revokes the token of a number.
    form: impl Fn(String) -> AnyView + 'static,
) -> impl IntoView {
    if tokens.is_empty() {
        return view! { <p class="meta">"There is no token yet."</p> }.into_any();
    }
    let items = tokens
        .into_iter()
        .map(|token| {
            let form = (token.state == TokenState::Live).then(|| form(token.id.to_string()));
            item(token, form)
        })
        .collect_view();
    view! { <ul class="tokens">{items}</ul> }.into_any()
}

fn item(token: TokenView, form: Option<AnyView>) -> impl IntoView {
    let words: Vec<&str> = token.actions.iter().map(|a| a.in_words()).collect();
    let may = ["May ", &words.join(", ")].concat();
    let scope = (!token.scope.is_empty()).then(|| {
        view! { ", where " <code>{token.scope.clone()}</code> }
    });
    let revoke = form.map(|form| {
        let label = ["Revoke ", &token.name, "…"].concat();
        view! {
            <details>
                <summary class="btn btn--s" aria-label=label>"Revoke…"</summary>
                <div class="box box-p mt-3">
                    <p>"What uses this token is refused from then on."</p>
                    {form}
                </div>
            </details>
        }
    });
    view! {
        <li>
            <p class="token-name">{token.name.clone()}</p>
            <p>{may} {scope} "."</p>
            <p class="meta">{times(&token)}</p>
            {revoke}
        </li>
    }
}

fn times(token: &TokenView) -> impl IntoView + use<> {
    let now = use_now();
    let ago = Signal::derive(move || TimeStyle::Ago { now: now.get() });
    let used = match token.last_used_ms {
        Some(ms) => view! { "Last used "<TimeStamp ms=ms style=ago/> }.into_any(),
        None => view! { "Never used" }.into_any(),
    };
    let ms = token.expires_ms;
    let end = match token.state {
        TokenState::Live => {
            view! { ", ends on "<TimeStamp ms=ms style=TimeStyle::Date/>"." }.into_any()
        }
        TokenState::Expired => {
            view! { ", ended on "<TimeStamp ms=ms style=TimeStyle::Date/>"." }.into_any()
        }
        TokenState::Revoked => view! { ", revoked." }.into_any(),
    };
    view! { {used} {end} }
}
