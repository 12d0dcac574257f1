//! A new account.

use leptos::form::ActionForm;
use leptos::prelude::*;

use super::Once;
use crate::error::AppError;
use crate::pages::person::{FormError, GrantFields};
use crate::reactive::dynamic;
use crate::routes;
use crate::rpc::people::{CreatePerson, Created};
use crate::session::use_session;
use crate::shell::Page;
use crate::ui::{
    Breadcrumb, Button, ButtonKind, Crumb, LinkButton, Note, PageHead, TextField, Tone,
};
use muster_core::policy::Action;

/// The form, and after it what was made.
#[component]
pub(crate) fn CreatePage() -> impl IntoView {
    let may = use_session()
        .me_now()
        .is_some_and(|me| me.can(Action::ManagePeople));
    if !may {
        let error = AppError::Forbidden {
            action: Action::ManagePeople.in_words().to_owned(),
        };
        return view! { <crate::pages::failure::FailurePage error=error/> }.into_any();
    }
    let action = ServerAction::<CreatePerson>::new();
    let crumbs = vec![Crumb {
        label: "People".to_owned(),
        href: routes::PEOPLE.to_owned(),
    }];
    let body = move || match action.value().get() {
        Some(Ok(created)) => view! { <Done created=created/> }.into_any(),
        _ => view! { <CreateForm action=action/> }.into_any(),
    };
    view! {
        <Page title="New person">
            <Breadcrumb crumbs=crumbs/>
            <PageHead title="New person"/>
            {dynamic(body)}
        </Page>
    }
    .into_any()
}

#[component]
fn CreateForm(action: ServerAction<CreatePerson>) -> impl IntoView {
    let error = Signal::derive(move || action.value().get().and_then(Result::err));
    let of = move |field: &'static str| {
        Signal::derive(move || error.with(|error| error.as_ref()?.of_field(field)))
    };
    view! {
        <ActionForm action=action>
            <div class="person-form">
                <FormError error=error/>
                <TextField
                    id="name"
                    name="name"
                    label="Signs in as"
                    required=true
                    hint=Some("Lower-case letters, digits, and . _ - @".to_owned())
                    error=of("name")
                />
                <TextField
                    id="display_name"
                    name="display_name"
                    label="Display name"
                    hint=Some("Others read it. Empty takes the sign-in name.".to_owned())
                    error=of("display_name")
                />
                <GrantFields grants=Vec::new() error=error/>
                <TextField
                    id="new-password"
                    name="password"
                    label="First password"
                    kind="password"
                    autocomplete="new-password"
                    hint=Some(
                        "Leave it empty for a temporary one, which is shown once and has to be changed.".to_owned(),
                    )
                    error=of("password")
                />
                <div class="row">
                    <Button submit=true kind=ButtonKind::Primary>"Make the account"</Button>
                    <LinkButton href=routes::PEOPLE kind=ButtonKind::Quiet>"Cancel"</LinkButton>
                </div>
            </div>
        </ActionForm>
    }
}

#[component]
fn Done(created: Created) -> impl IntoView {
    let name = created.person.display_name.clone();
    let waits = created.person.waits.is_some();
    let (tone, can) = if waits {
        (
            Tone::Running,
            " waits for another administrator, and can then sign in as ",
        )
    } else {
        (Tone::Ok, " can sign in as ")
    };
    let done = [&name, can, &created.person.name, "."].concat();
    view! {
        <div class="person-form">
            <Note tone=tone alert=true>{done}</Note>
            {created.password.map(|password| view! { <Once name=name password=password/> })}
            <div class="row">
                <LinkButton href=routes::person(created.person.id)>"Open the account"</LinkButton>
                <LinkButton href=routes::PEOPLE kind=ButtonKind::Quiet>"All people"</LinkButton>
            </div>
        </div>
    }
}
