//! Maintenance windows and service hours: a week of them in any zone, and the forms that keep them.

mod edit;
mod figure;
mod hours;
mod list;
mod rule_fields;

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::clock::use_now;
use crate::panels::loaded::{loaded, loaded_page};
use crate::panels::refresh::follow_books;
use crate::routes;
use crate::rpc::data::Data;
use crate::rpc::windows::{read_form, read_week};
use crate::shell::Page;
use crate::ui::{Tab, Tabs};

pub(super) use edit::{DeleteForm, follow, zone_field};

/// How often the week is read again while it is looked at, in milliseconds.
const AGAIN_MS: i64 = 60_000;

/// `/windows`, with `zone` and `week` in the query.
#[component]
pub fn WindowsPage() -> impl IntoView {
    let query = use_query_map();
    let now = use_now();
    let asked = move || {
        let part = |name: &str| query.with(|query| query.get(name).unwrap_or_default());
        (part("zone"), part("week"), now.get() / AGAIN_MS)
    };
    let week = Data::new(asked, |(zone, day, _)| read_week(zone, day));
    follow_books(week);
    view! {
        <Page title="Windows">
            {loaded(week, |week| view! { <list::Windows week=week/> }.into_any())}
        </Page>
    }
    .into_any()
}

/// `/windows/:id`
#[component]
pub fn WindowPage() -> impl IntoView {
    form_page(edit::WINDOW)
}

/// `/calendars/:id`
#[component]
pub fn CalendarPage() -> impl IntoView {
    form_page(edit::CALENDAR)
}

fn form_page(kind: edit::Kind) -> AnyView {
    let params = use_params_map();
    let id = move || params.with(|params| params.get("id").unwrap_or_default());
    let form = Data::new(id, move |id| read_form(kind.name.to_owned(), id));
    loaded_page(kind.new, form, move |form| {
        view! { <edit::EditPage kind=kind form=form/> }.into_any()
    })
}

/// The two pages of this area.
#[component]
pub(super) fn AreaTabs(
    /// The address of the one in view.
    at: &'static str,
) -> impl IntoView {
    let tab = move |label: &str, href: &str| Tab {
        label: label.to_owned(),
        href: href.to_owned(),
        count: None,
        current: href == at,
    };
    let tabs = vec![
        tab("Windows and service hours", routes::WINDOWS),
        tab("Places", routes::PLACES),
    ];
    view! { <Tabs label="Windows and places" tabs=Signal::stored(tabs)/> }
}
