//! One's own account: who one is here, the password, where one begins, signing out.

mod home_choice;
mod keyboard;
mod password;
mod tokens;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::problem;
use crate::routes;
use crate::session::{Me, use_session};
use crate::shell::{Entry, MAX_TABS, Page, navigation};
use crate::ui::{Button, KeyValue, KeyValues, Note, PageHead, Section, Tone};
use home_choice::HomeChoice;
use keyboard::KeyboardSection;
use password::PasswordForm;
use tokens::Tokens;

/// The account of whoever is signed in.
#[component]
pub fn AccountPage() -> impl IntoView {
    use_session().me_now().map(|me| view! { <Account me=me/> })
}

#[component]
fn Account(me: Me) -> impl IntoView {
    let due = me.must_change_password;
    let facts = ["Signed in as ", &me.name].concat();
    let title = me.display_name.clone();
    let name = me.name.clone();
    let owner = me.clone();
    let choice = (me.homes().len() > 1).then(|| me.clone());
    let places: Vec<Entry> = navigation(&me)
        .into_iter()
        .flat_map(|group| group.entries)
        .collect();
    // Phones show only the first places at the foot.
    let places = (places.len() > MAX_TABS).then_some(places);
    let rest = (!due).then(|| view! {
        <Section id="roles" title="Roles and scope"><Roles me=me/></Section>
        <Tokens me=owner/>
        {choice.map(|me| view! { <HomeChoice me=me/> })}
        <KeyboardSection/>
        {places.map(|places| view! { <Section id="pages" title="Pages"><Places places=places/></Section> })}
    });
    view! {
        <Page title="Account">
            <PageHead title=title facts=move || facts/>
            <Answer/>
            <div class="stack">
                <Section id="password" title="Password"><PasswordForm name=name due=due/></Section>
                {rest}
                <Section id="sessions" title="Signed-in browsers"><SignOut/></Section>
            </div>
        </Page>
    }
}

/// What the last form of this page did.
#[component]
fn Answer() -> impl IntoView {
    let query = use_query_map();
    move || {
        let query = query.read();
        let note = |tone, words| view! { <div class="mb-4"><Note tone=tone alert=true>{words}</Note></div> };
        match (query.get("problem"), query.get("done").as_deref()) {
            (Some(code), _) => Some(note(
                Tone::Attention,
                problem::words(&code, problem::Page::Account),
            )),
            (None, Some("password")) => Some(note(
                Tone::Ok,
                "Your password is changed. Other browsers are signed out.",
            )),
            _ => None,
        }
    }
}

#[component]
fn Roles(me: Me) -> impl IntoView {
    let rows = me
        .grants
        .iter()
        .map(|grant| {
            let scope = grant.scope.clone();
            let scope = if scope.is_empty() {
                view! { "Whole fleet" }.into_any()
            } else {
                view! { <code>{scope}</code> }.into_any()
            };
            view! { <KeyValue term=super::people::role_word(grant.role)>{scope}</KeyValue> }
        })
        .collect_view();
    view! {
        <KeyValues>{rows}</KeyValues>
        <p class="meta mt-2">
            "What lies outside your scope does not exist for you: not in lists, counts or charts. An administrator can change it."
        </p>
    }
}

#[component]
fn Places(places: Vec<Entry>) -> impl IntoView {
    let links = places
        .into_iter()
        .map(|entry| view! { <a href=entry.href>{entry.label}</a> })
        .collect_view();
    view! { <p class="row row--4">{links}</p> }
}

#[component]
fn SignOut() -> impl IntoView {
    view! {
        <p class="lede">
            "Signing out ends the session of this browser; signing out everywhere also ends those of all others."
        </p>
        <div class="row">
            <form action=routes::SIGN_OUT method="post">
                <Button submit=true icon="i-lock">"Sign out"</Button>
            </form>
            <form action=routes::SIGN_OUT_EVERYWHERE method="post">
                <Button submit=true>"Sign out everywhere"</Button>
            </form>
        </div>
    }
}
