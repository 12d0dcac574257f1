//! The list of people.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{NEW, role_word};
use crate::clock::use_now;
use crate::format::{self, TimeStyle};
use crate::panels::loaded::loaded_page;
use crate::routes;
use crate::rpc::data::Data;
use crate::rpc::people::{PeoplePage, PersonView, list_people};
use crate::shell::Page;
use crate::ui::{ButtonKind, LinkButton, PageHead, TableWrap, TimeStamp};

/// Everybody, by sign-in name.
#[component]
pub(crate) fn ListPage() -> impl IntoView {
    let query = use_query_map();
    let people = Data::new(
        move || query.with(|query| query.get("from").unwrap_or_default()),
        list_people,
    );
    loaded_page("People", people, |page| {
        view! { <List page=page/> }.into_any()
    })
}

#[component]
fn List(page: PeoplePage) -> impl IntoView {
    let facts = [
        &format::plural(page.total, "account", "accounts"),
        ". Roles say what somebody may do, the scope to which devices.",
    ]
    .concat();
    let rows = page.rows.into_iter().map(row).collect_view();
    let is_one_page = page.previous.is_none() && page.next.is_none();
    let pager = (!is_one_page).then(|| {
        view! {
            <nav class="row mt-4" aria-label="Pages of the list">
                {step("Previous", page.previous)}
                {step("Next", page.next)}
            </nav>
        }
    });
    view! {
        <Page title="People">
            <PageHead
                title="People"
                facts=move || facts
                actions=|| view! {
                    <LinkButton href=NEW kind=ButtonKind::Primary icon="i-plus">"New person"</LinkButton>
                }
            />
            <TableWrap>
                <table class="table people">
                    <caption class="sr-only">"People by sign-in name"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Name"</th>
                            <th scope="col">"Signs in as"</th>
                            <th scope="col">"Roles and scope"</th>
                            <th scope="col" class="num">"Last sign-in"</th>
                            <th scope="col">"State"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableWrap>
            {pager}
        </Page>
    }
}

fn step(label: &'static str, from: Option<String>) -> impl IntoView {
    let off = from.is_none();
    let from = from.unwrap_or_default();
    let href = [routes::PEOPLE, "?from=", &routes::encode(&from)].concat();
    view! { <LinkButton href=href off=off>{label}</LinkButton> }
}

fn row(person: PersonView) -> impl IntoView {
    let now = use_now();
    let last = match person.last_sign_in_ms {
        Some(ms) => {
            let style = Signal::derive(move || TimeStyle::Age { now: now.get() });
            view! { <TimeStamp ms=ms style=style/> }.into_any()
        }
        None => view! { <span class="dim">"never"</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">
                <a class="id" href=routes::person(person.id)>{person.display_name.clone()}</a>
            </th>
            <td>{person.name.clone()}</td>
            <td class="wrap c-roles">{roles(&person)}</td>
            <td class="num">{last}</td>
            <td>{state(&person)}</td>
        </tr>
    }
}

/// Healthy is plain text; what keeps somebody out says so.
fn state(person: &PersonView) -> &'static str {
    match (person.active, person.must_change_password) {
        (false, _) => "Deactivated",
        (true, true) => "Temporary password",
        (true, false) => "Active",
    }
}

/// The roles in words, each with its scope.
fn roles(person: &PersonView) -> String {
    let roles: Vec<String> = person
        .grants
        .iter()
        .map(|grant| {
            let role = role_word(grant.role);
            if grant.scope.is_empty() {
                role.to_owned()
            } else {
                [role, " where ", &grant.scope].concat()
            }
        })
        .collect();
    roles.join("; ")
}
