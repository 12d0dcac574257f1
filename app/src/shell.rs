//! What surrounds every page: the document, the navigation of the person's roles, the top bar.
//!
//! Everything here is links and forms, so it works before (and without) the browser taking over.

mod account_menu;
mod document;
mod due;
mod links;
mod navigation;
mod page;
mod palette;
mod side;
mod tab_bar;
mod top;

use leptos::prelude::*;
use leptos_router::components::Outlet;
use leptos_router::hooks::use_location;

use crate::routes;
use crate::session::{Me, use_session};
use account_menu::SignOutForm;
use palette::{Palette, palette_dialog};
use side::Side;
use tab_bar::TabBar;
use top::Top;

pub use document::document;
pub(crate) use links::leave_odd_links_to_the_browser;
pub use navigation::{Entry, Group, home_entry, navigation};
pub use page::{Bare, Page};
pub(crate) use tab_bar::MAX_TABS;

/// The pages of signed-in people: leads others to the sign-in page, and people with a temporary password to their
/// account.
#[component]
pub fn SignedIn() -> impl IntoView {
    let path = use_location().pathname.get_untracked();
    match use_session().me_now() {
        None => {
            go_to_sign_in();
            ().into_any()
        }
        Some(me) if me.must_change_password && path != routes::ACCOUNT => {
            crate::session::go(routes::ACCOUNT);
            ().into_any()
        }
        Some(me) => view! { <Shell me=me><Outlet/></Shell> }.into_any(),
    }
}

fn go_to_sign_in() {
    let location = use_location();
    let query = location.search.get_untracked();
    let mut path = location.pathname.get_untracked();
    if !query.is_empty() {
        path.push('?');
        path.push_str(&query);
    }
    crate::session::go(&routes::sign_in_for(&path));
}

/// Navigation and top bar around a page.
#[component]
pub fn Shell(
    /// Who is signed in.
    me: Me,
    /// The page.
    children: Children,
) -> impl IntoView {
    let page = children();
    let palette = Palette::new();
    let due = due::use_due(&me);
    // Whoever has to choose a password first can go nowhere else.
    let finder = (!me.must_change_password).then(|| palette_dialog(palette, &me));
    if me.only_reads() {
        view! {
            <a class="skip" href="#main" rel="external">"Skip to content"</a>
            <div class="app app--read" data-role="manager">
                <div class="main">
                    <Top me=me palette=palette/>
                    {page}
                </div>
                {finder}
                <SignOutForm/>
            </div>
        }
        .into_any()
    } else {
        let role = me.roles().first().map(|role| role.as_str());
        view! {
            <a class="skip" href="#main" rel="external">"Skip to content"</a>
            <div class="app" data-role=role>
                <Side me=me.clone() due=due/>
                <div class="main">
                    <Top me=me.clone() palette=palette/>
                    {page}
                </div>
                <TabBar me=me due=due/>
                {finder}
                <SignOutForm/>
            </div>
        }
        .into_any()
    }
}
