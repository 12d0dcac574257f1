//! What a page shows when its content could not be had.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::fault::{Fault, Way, home};
use super::forbidden::Forbidden;
use super::not_found::NotFound;
use crate::error::AppError;
use crate::reactive::effect;
use crate::routes;
use crate::session::use_session;
use crate::shell::Page;

/// A page that says why there is none. The answer has the status of the error.
#[component]
pub fn FailurePage(
    /// Why.
    error: AppError,
) -> impl IntoView {
    let title = match &error {
        AppError::NotFound => "There is nothing here",
        AppError::Forbidden { .. } => "This is not yours to see",
        _ => "This did not work",
    };
    view! { <Page title=title><Failure error=error/></Page> }
}

/// The same in place of a page's content.
#[component]
pub fn Failure(
    /// Why.
    error: AppError,
) -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::error::page_status(error.status());
    let location = use_location();
    let here = move || {
        let query = location.search.get_untracked();
        let path = location.pathname.get_untracked();
        if query.is_empty() {
            path
        } else {
            [path, query].join("?")
        }
    };
    let again = |label| Way {
        href: here(),
        label,
    };
    let text = error.to_string();
    match error {
        AppError::NotFound => view! { <NotFound/> }.into_any(),
        AppError::Forbidden { action } => view! { <Forbidden action=action/> }.into_any(),
        AppError::SignedOut => {
            let session = use_session();
            effect(move || session.set(None));
            let ways = vec![Way {
                href: routes::sign_in_for(&here()),
                label: "Sign in",
            }];
            view! { <Fault title="You are signed out" text=text ways=ways/> }.into_any()
        }
        AppError::PasswordDue => {
            let ways = vec![Way {
                href: routes::ACCOUNT.to_owned(),
                label: "Choose a password",
            }];
            view! { <Fault title="A new password first" text=text ways=ways/> }.into_any()
        }
        AppError::Internal { ref_id } => {
            let note = ["Reference ", ref_id.as_str()].concat();
            let ways = vec![again("Try again"), home()];
            view! { <Fault title="Something failed" text=text ways=ways note=note/> }.into_any()
        }
        AppError::Invalid { .. }
        | AppError::Conflict { .. }
        | AppError::TooMany { .. }
        | AppError::Unavailable
        | AppError::Transport => {
            let ways = vec![again("Try again"), home()];
            view! { <Fault title="This did not work" text=text ways=ways/> }.into_any()
        }
    }
}
