//! Not for this person.

use leptos::prelude::*;

use super::fault::{Fault, home};
use crate::session::use_session;

/// In place of a page's content: what was refused, and who can help.
#[component]
pub fn Forbidden(
    /// What was refused, in words that finish "your role does not allow you to …".
    action: String,
) -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::error::page_status(403);
    let text = ["Your role does not allow you to ", &action, ". Nothing changed."].concat();
    let roles = use_session().with(|me| {
        let roles: Vec<&str> = me.roles().into_iter().map(|role| role.as_str()).collect();
        roles.join(", ")
    });
    let note = ["You are: ", &roles, ". An administrator can give you another role."].concat();
    view! { <Fault title="This is not yours to see" text=text ways=vec![home()] note=note/> }
}
