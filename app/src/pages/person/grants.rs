//! Fields for roles, each with its scope.

use leptos::prelude::*;
use muster_core::policy::Role;
use muster_query::Condition;

use crate::error::AppError;
use crate::format::sentence;
use crate::pages::people::role_word;
use crate::reactive::{dynamic, effect};
use crate::session::Grant;
use crate::ui::{Button, ButtonKind, ButtonSize, Field, describedby};

/// Most roles of one person (the hub's bound).
const MAX_ROLES: usize = 20;

/// The roles there are, and one line for another. An empty role is none; an empty scope is the whole fleet.
#[component]
pub(crate) fn GrantFields(
    /// The roles there are.
    grants: Vec<Grant>,
    /// What the hub said about them.
    error: Signal<Option<AppError>>,
) -> impl IntoView {
    let given = grants.len();
    let lines = RwSignal::new((given + 1).min(MAX_ROLES));
    let first = grants
        .into_iter()
        .map(Some)
        .chain([None])
        .take(MAX_ROLES)
        .enumerate()
        .map(|(i, grant)| line(i, grant, error))
        .collect_view();
    let more = move || {
        (given + 1..lines.get())
            .map(|i| line(i, None, error))
            .collect_view()
    };
    let add = move |_| lines.update(|lines| *lines = (*lines + 1).min(MAX_ROLES));
    view! {
        {first}
        {dynamic(more)}
        <div class="js-only">
            <Button size=ButtonSize::Small kind=ButtonKind::Quiet icon="i-plus" on_press=add>
                "Another role"
            </Button>
        </div>
    }
}

fn line(i: usize, grant: Option<Grant>, error: Signal<Option<AppError>>) -> AnyView {
    let (role, scope) = match grant {
        Some(grant) => (Some(grant.role), grant.scope),
        None => (None, String::new()),
    };
    view! {
        <fieldset class="split">
            <legend class="sr-only">{["Role ", &(i + 1).to_string()].concat()}</legend>
            {role_field(i, role, error)}
            {scope_field(i, scope, error)}
        </fieldset>
    }
    .into_any()
}

fn refusal(error: Signal<Option<AppError>>, name: String) -> Signal<Option<String>> {
    Signal::derive(move || error.with(|error| error.as_ref()?.of_field(&name)))
}

fn field_name(i: usize, part: &str) -> String {
    ["grants[", &i.to_string(), "][", part, "]"].concat()
}

fn role_field(i: usize, role: Option<Role>, error: Signal<Option<AppError>>) -> impl IntoView {
    let id = ["role-", &i.to_string()].concat();
    let name = field_name(i, "role");
    let error = refusal(error, name.clone());
    let options = Role::ALL
        .into_iter()
        .map(|option| view! {
            <option value=option.as_str() selected=role == Some(option)>{role_word(option)}</option>
        })
        .collect_view();
    let describes = id.clone();
    view! {
        <Field id=id.clone() label="Role" error=error>
            <select
                class="input"
                id=id
                name=name
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=move || describedby(&describes, false, error.with(Option::is_some))
            >
                <option value="" selected=role.is_none()>"None"</option>
                {options}
            </select>
        </Field>
    }
}

fn scope_field(i: usize, scope: String, error: Signal<Option<AppError>>) -> impl IntoView {
    let id = ["scope-", &i.to_string()].concat();
    let name = field_name(i, "scope");
    let refused = refusal(error, name.clone());
    // The same parser as the hub's, while typing.
    let typed = RwSignal::new(None::<String>);
    let error = Signal::derive(move || match typed.get() {
        Some(text) => Condition::parse(text.trim())
            .err()
            .map(|error| sentence(&error.to_string())),
        None => refused.get(),
    });
    // A new answer of the hub is about what was typed before it.
    effect(move || {
        refused.track();
        typed.set(None);
    });
    let hint = Signal::stored(Some(
        "A condition, as tags.region = 'north'. Empty for the whole fleet.".to_owned(),
    ));
    let describes = id.clone();
    view! {
        <Field id=id.clone() label="Scope" hint=hint error=error>
            <input
                class="input mono"
                id=id
                name=name
                type="text"
                value=scope
                autocomplete="off"
                spellcheck="false"
                on:input=move |event| typed.set(Some(event_target_value(&event)))
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=move || describedby(&describes, true, error.with(Option::is_some))
            />
        </Field>
    }
}
