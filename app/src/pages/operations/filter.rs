//! Which operations are listed: groups of states as tabs, the rest as a plain form.

use leptos::prelude::*;
use muster_core::operation::{OperationState, TaskKind};

use super::address::{GROUPS, ListAddress};
use crate::routes;
use crate::ui::{Button, Look, Tab, Tabs};

/// A kind in words.
pub fn kind_word(kind: TaskKind) -> &'static str {
    match kind {
        TaskKind::UpdateTwin => "Change tags or desired properties",
        TaskKind::InvokeMethod => "Call a method",
        TaskKind::InstallFirmware => "Install firmware",
        TaskKind::ChangeStage => "Change the stage of life",
        TaskKind::SetEnabled => "Enable or disable",
        TaskKind::RotateKeys => "Rotate keys",
        TaskKind::Delete => "Delete",
        TaskKind::RestoreDesired => "Restore desired properties",
        TaskKind::Import => "Import",
        TaskKind::Export => "Export",
    }
}

/// The symbol of a kind.
pub fn kind_icon(kind: TaskKind) -> &'static str {
    match kind {
        TaskKind::UpdateTwin => "i-configure",
        TaskKind::InvokeMethod => "i-play",
        TaskKind::InstallFirmware => "i-install",
        TaskKind::ChangeStage => "i-flag",
        TaskKind::SetEnabled => "i-lock",
        TaskKind::RotateKeys => "i-key",
        TaskKind::Delete => "i-trash",
        TaskKind::RestoreDesired => "i-undo",
        TaskKind::Import => "i-upload",
        TaskKind::Export => "i-download",
    }
}

/// The groups of states.
pub(super) fn group_tabs(address: &ListAddress) -> AnyView {
    let tabs: Vec<Tab> = GROUPS
        .into_iter()
        .map(|(label, states)| Tab {
            label: label.to_owned(),
            href: ListAddress {
                states: states.to_vec(),
                cursor: None,
                ..address.clone()
            }
            .href(),
            count: None,
            current: address.states == states,
        })
        .collect();
    view! { <Tabs label="States" tabs=tabs/> }.into_any()
}

/// State, kind, text and "mine".
pub(super) fn filter_form(address: &ListAddress) -> AnyView {
    let one = match address.states.as_slice() {
        [one] => Some(*one),
        _ => None,
    };
    let group = address.states.iter().filter(|_| one.is_none());
    let kept: Vec<AnyView> = group
        .map(|state| view! { <input type="hidden" name="group" value=state.as_str()/> }.into_any())
        .collect();
    let states = OperationState::ALL
        .iter()
        .filter(|state| **state != OperationState::Draft)
        .map(|state| (state.as_str(), Look::from(*state).word, one == Some(*state)))
        .collect();
    let kinds = TaskKind::ALL
        .iter()
        .map(|kind| {
            (
                kind.as_str(),
                kind_word(*kind),
                address.kinds.contains(kind),
            )
        })
        .collect();
    view! {
        <form class="toolbar ops-filter" method="get" action=routes::OPERATIONS role="search" aria-label="Filter operations">
            {kept}
            <input
                class="input input--s"
                type="search"
                name="q"
                value=address.text.clone()
                placeholder="Part of the title"
                aria-label="Part of the title"
            />
            {choice("state", "State", "Any state", states)}
            {choice("kind", "Kind", "Any kind", kinds)}
            <label class="check"><input type="checkbox" name="mine" value="1" checked=address.mine/><span>"Mine"</span></label>
            <Button submit=true>"Filter"</Button>
        </form>
    }
    .into_any()
}

/// A choice that may stay open.
fn choice(
    name: &'static str,
    label: &'static str,
    any: &'static str,
    options: Vec<(&'static str, &'static str, bool)>,
) -> AnyView {
    let options: Vec<AnyView> = options
        .into_iter()
        .map(|(value, word, on)| {
            view! { <option value=value selected=on>{word}</option> }.into_any()
        })
        .collect();
    view! {
        <select class="input input--s" name=name aria-label=label>
            <option value="">{any}</option>
            {options}
        </select>
    }
    .into_any()
}
