//! Not for this person.

use leptos::prelude::*;

use super::fault::{Fault, home};
use super::people::role_word;
use crate::session::use_session;

/// In place of a page's content: what was refused, and who can help.
#[component]
pub fn Forbidden(
    /// What was refused, in words that finish "your role does not allow you to …".
    action: String,
) -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::error::page_status(403);
    let text = [
        "Your role does not allow you to ",
        &action,
        ". Nothing changed.",
    ]
    .concat();
    let roles: Vec<&str> = use_session()
        .me_now()
        .map(|me| me.roles().into_iter().map(role_word).collect())
        .unwrap_or_default();
    let roles = roles.join(", ");
    let note = [
        "You are: ",
        &roles,
        ". An administrator can give you another role.",
    ]
    .concat();
    view! { <Fault title="This is not yours to see" text=text ways=vec![home()] note=note/> }
}
