//! The signed-in person: who it is, and the way out.

use leptos::prelude::*;

use crate::routes;
use crate::session::Me;
use crate::ui::{Icon, Menu, MenuLink, MenuSide};

/// Id of the form that ends the session; it stands at the end of the page and is sent from menus.
const SIGN_OUT_FORM: &str = "sign-out";

/// The form that ends this session.
#[component]
pub(super) fn SignOutForm() -> impl IntoView {
    view! { <form id=SIGN_OUT_FORM action=routes::SIGN_OUT method="post" hidden></form> }
}

/// Name and scope of the person; opens onto account and sign-out.
#[component]
pub(super) fn AccountMenu(
    /// Who is signed in.
    me: Me,
    /// In the top bar, where there is room for the name alone.
    #[prop(optional)]
    top: bool,
) -> impl IntoView {
    let initials = me.initials();
    let name = me.display_name.clone();
    let scope = ["Scope: ", &me.scope_text()].concat();
    let button = move || {
        let words = if top {
            view! { <span class="me-n">{name}</span> }.into_any()
        } else {
            view! { <span class="me-t">{name}<small>{scope}</small></span> }.into_any()
        };
        view! {
            <span class="ava" aria-hidden="true">{initials}</span>
            {words}
        }
    };
    let side = if top { MenuSide::End } else { MenuSide::Up };
    view! {
        <Menu class="me" side=side button=button>
            <ul>
                <MenuLink href=routes::ACCOUNT icon="i-user">"Account"</MenuLink>
                <li>
                    <button type="submit" form=SIGN_OUT_FORM>
                        <Icon name="i-lock"/>
                        <span>"Sign out"</span>
                    </button>
                </li>
            </ul>
        </Menu>
    }
}
