//! One's own API tokens: the list, and the form for a new one.

use leptos::form::ActionForm;
use leptos::prelude::*;
use muster_core::policy::Action;
use muster_core::token::{DEFAULT_DAYS, action_name};

use crate::error::AppError;
use crate::pages::person::FormError;
use crate::pages::tokens::TokenList;
use crate::panels::loaded::answered;
use crate::reactive::{dynamic, effect_of_change};
use crate::rpc::data::{Data, shared};
use crate::rpc::people::Secret;
use crate::rpc::tokens::{CreateToken, RevokeToken, TokenView, list_tokens};
use crate::session::Me;
use crate::ui::{Button, ButtonKind, Check, Choice, CodeBlock, Section, SelectField, TextField};

/// How long a token can be made to last, in days.
const LASTS: [(u32, &str); 5] = [
    (7, "7 days"),
    (30, "30 days"),
    (DEFAULT_DAYS, "90 days"),
    (180, "180 days"),
    (365, "a year"),
];

/// The section of the account page.
#[component]
pub(super) fn Tokens(me: Me) -> impl IntoView {
    let tokens = Data::new(|| (), |()| list_tokens());
    let create = ServerAction::<CreateToken>::new();
    let revoke = ServerAction::<RevokeToken>::new();
    effect_of_change(move |changed| {
        create.version().track();
        revoke.version().track();
        if changed {
            tokens.refetch();
        }
    });
    let left = shared(left);
    let made = move || {
        let secret = match create.value().get() {
            Some(answer) => answer.ok().map(|created| created.secret),
            None => left.clone(),
        };
        secret.map(|secret| view! { <Once secret=secret/> })
    };
    let error = Signal::derive(move || revoke.value().get().and_then(Result::err));
    view! {
        <Section id="tokens" title="API tokens">
            <p class="lede">
                "A token lets a script or a pipeline act in your name, within your rights and no further than you say. "
                <a href="/api" rel="external">"What it can call"</a>
                "."
            </p>
            {dynamic(made)}
            <FormError error=error/>
            {answered(tokens, move |tokens| listed(tokens, revoke).into_any())}
            <details class="mt-3">
                <summary class="btn">"New token…"</summary>
                <div class="box box-p mt-3"><NewToken me=me create=create/></div>
            </details>
        </Section>
    }
}

fn listed(
    tokens: Result<Vec<TokenView>, AppError>,
    revoke: ServerAction<RevokeToken>,
) -> impl IntoView {
    match tokens {
        Ok(tokens) => {
            let form = move |id: String| {
                view! {
                    <ActionForm action=revoke>
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

/// The secret of a new token.
#[component]
fn Once(secret: Secret) -> impl IntoView {
    view! {
        <div class="once mb-4" role="status">
            <h3>"Your new token"</h3>
            <CodeBlock text=secret.0 label="New token" wrap=true/>
            <p class="meta">
                "It is shown this once, and the hub does not keep it. Put it where your script reads its secrets."
            </p>
        </div>
    }
}

#[component]
fn NewToken(me: Me, create: ServerAction<CreateToken>) -> impl IntoView {
    let error = Signal::derive(move || create.value().get().and_then(Result::err));
    let of = move |field: &'static str| {
        Signal::derive(move || error.with(|error| error.as_ref()?.of_field(field)))
    };
    let whole = Signal::derive(move || error.get().filter(|error| !error.is_of_fields()));
    let actions = Action::ALL
        .iter()
        .copied()
        .filter(|action| me.can(*action))
        .map(|action| {
            let words = crate::format::sentence(action.in_words());
            let label = words.trim_end_matches('.').to_owned();
            view! {
                <Check
                    name="actions[]"
                    value=action_name(action)
                    label=label
                    checked=action == Action::SeeDevices
                />
            }
        })
        .collect_view();
    let lasts = LASTS
        .into_iter()
        .map(|(days, label)| Choice {
            value: days.to_string(),
            label: label.to_owned(),
        })
        .collect();
    let wrong = of("actions");
    view! {
        <ActionForm action=create>
            <div class="person-form">
                <FormError error=whole/>
                <TextField
                    id="token-name"
                    name="name"
                    label="What it is for"
                    required=true
                    hint=Some("The audit trail names it.".to_owned())
                    error=of("name")
                />
                <fieldset
                    class="choices"
                    aria-describedby=move || wrong.with(Option::is_some).then_some("token-actions-error")
                >
                    <legend>"It may"</legend>
                    {actions}
                    {move || wrong.get().map(|text| view! {
                        <p class="hint hint--error" id="token-actions-error">{text}</p>
                    })}
                </fieldset>
                <TextField
                    id="token-scope"
                    name="scope"
                    label="Devices"
                    mono=true
                    hint=Some(
                        "A condition, as tags.region = 'north', that narrows it further. Empty for all you see.".to_owned(),
                    )
                    error=of("scope")
                />
                <SelectField
                    id="token-days"
                    name="days"
                    label="It lasts"
                    choices=lasts
                    chosen=DEFAULT_DAYS.to_string()
                    error=of("days")
                />
                <div class="row">
                    <Button submit=true kind=ButtonKind::Primary>"Make the token"</Button>
                </div>
            </div>
        </ActionForm>
    }
}

/// What was made without script a moment ago.
#[cfg(feature = "ssr")]
fn left() -> Option<Secret> {
    crate::session::take_once(crate::routes::ACCOUNT).map(Secret)
}

#[cfg(not(feature = "ssr"))]
fn left() -> Option<Secret> {
    None
}
