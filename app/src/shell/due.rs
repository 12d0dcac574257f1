//! How many decisions wait for the person, beside "Approvals" in the navigation.

use leptos::prelude::*;
use muster_core::policy::Action;

use crate::format;
use crate::live::{Item, Topic, use_live};
use crate::panels::loaded::quietly;
use crate::rpc::approvals::approvals_due;
use crate::rpc::data::Data;
use crate::session::Me;

/// The number, for those who decide; it follows what is asked for and decided.
pub(super) fn use_due(me: &Me) -> Option<Data<u64>> {
    if !me.can(Action::ApproveOperations) || me.must_change_password {
        return None;
    }
    let due = Data::new(|| (), |()| approvals_due());
    use_live(
        || vec![Topic::Approvals],
        move |item| {
            if matches!(item, Item::Approvals | Item::Resync) {
                due.refetch();
            }
        },
    );
    Some(due)
}

/// The number as the navigation shows it; nothing while it is zero or not known.
pub(super) fn badge(due: Data<u64>) -> AnyView {
    quietly(due, |due| match due {
        Ok(due) if due > 0 => view! {
            <span class="nav-n nav-n--due">
                {format::count(due)} <span class="sr-only">" waiting"</span>
            </span>
        }
        .into_any(),
        _ => ().into_any(),
    })
}
