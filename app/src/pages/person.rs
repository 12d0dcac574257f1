//! One account: name, roles and scope, password, whether it may sign in. For administrators.

mod edit;
mod grants;
mod reset;
mod switch;
mod tokens;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use muster_core::ids::PersonId;

use crate::clock::use_now;
use crate::error::AppError;
use crate::format::TimeStyle;
use crate::pages::approvals::waits_note;
use crate::panels::loaded::loaded_page;
use crate::reactive::effect;
use crate::routes;
use crate::rpc::data::{Data, shared};
use crate::rpc::people::{PersonView, Secret, show_person};
use crate::shell::Page;
use crate::ui::{Breadcrumb, Crumb, Look, Note, PageHead, Pill, Section, TimeStamp, Tone};
use edit::EditForm;
use reset::ResetForm;
use switch::ActiveForm;
use tokens::TokensOf;

pub(super) use grants::GrantFields;

/// The account of the number in the address.
#[component]
pub fn PersonPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        let id = params.with(|params| params.get("id")).unwrap_or_default();
        id.parse().ok().map(PersonId)
    });
    let person = Data::new(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => show_person(id).await,
                None => Err(AppError::NotFound),
            }
        },
    );
    let saved = RwSignal::new(false);
    effect(move || {
        id.track();
        saved.set(false);
    });
    let left = shared(move || take_once(id.get_untracked()));
    loaded_page("Person", person, move |found| {
        view! { <Account person=found left=left.clone() again=person saved=saved/> }.into_any()
    })
}

/// The account as it was last read.
type Again = Data<PersonView>;

#[component]
fn Account(
    person: PersonView,
    left: Option<Secret>,
    again: Again,
    saved: RwSignal<bool>,
) -> impl IntoView {
    let id = person.id;
    let crumbs = vec![Crumb {
        label: "People".to_owned(),
        href: routes::PEOPLE.to_owned(),
    }];
    let name = person.display_name.clone();
    let (title, whose) = (name.clone(), name.clone());
    let active = person.active;
    let pill = move || {
        (!active).then(|| view! { <Pill look=Look::from(muster_core::device::Status::Disabled) word="Deactivated"/> })
    };
    let facts = facts(&person);
    let waits = person.waits.clone().map(waits_note);
    view! {
        <Page title=title.clone()>
            <Breadcrumb crumbs=crumbs/>
            <PageHead title=title pills=pill facts=move || facts/>
            <div class="stack">
                {waits}
                <Section id="roles" title="Name, roles and scope">
                    <EditForm person=person again=again saved=saved/>
                </Section>
                <Section id="password" title="Password">
                    <ResetForm id=id name=whose left=left/>
                </Section>
                <Section id="tokens" title="API tokens"><TokensOf person=id/></Section>
                <Section id="sign-in" title="Signing in">
                    <ActiveForm id=id name=name active=active again=again/>
                </Section>
            </div>
        </Page>
    }
}

fn facts(person: &PersonView) -> impl IntoView + use<> {
    let now = use_now();
    let style = Signal::derive(move || TimeStyle::Ago { now: now.get() });
    let last = match person.last_sign_in_ms {
        Some(ms) => view! { "last signed in "<TimeStamp ms=ms style=style/> }.into_any(),
        None => view! { "has not signed in yet" }.into_any(),
    };
    let temporary = person
        .must_change_password
        .then_some(", has a temporary password");
    let name = ["Signs in as ", &person.name, ", "].concat();
    view! { {name} {last} {temporary} "." }
}

/// What is wrong with a form as a whole; what is wrong with a field stands there.
#[component]
pub(super) fn FormError(
    /// The answer, if it was a refusal.
    error: Signal<Option<AppError>>,
) -> impl IntoView {
    move || {
        error.get().map(|error| {
            view! {
                <Note tone=Tone::Attention alert=true>{error.to_string()}</Note>
            }
        })
    }
}

#[cfg(feature = "ssr")]
fn take_once(id: Option<PersonId>) -> Option<Secret> {
    crate::session::take_once(&routes::person(id?)).map(Secret)
}

#[cfg(not(feature = "ssr"))]
fn take_once(_id: Option<PersonId>) -> Option<Secret> {
    None
}
