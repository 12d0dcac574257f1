//! Keys of the inbox: `j` and `k` from alert to alert, `e` acknowledges, `a` takes it on, `s` snoozes, `n` goes to the
//! comment.

use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use muster_core::alert::AlertId;
use muster_core::policy::Action;

use super::address::InboxAddress;
use super::deeds::Deeds;
use super::detail::COMMENT;
use crate::keys::{is_in_popup, is_typing, single_keys};
use crate::reactive::effect;
use crate::rpc::alerts::Inbox;
use crate::session::use_session;

/// What a key does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Deed {
    /// Opens another alert.
    Open(AlertId),
    /// Does something with the open one.
    Press(AlertId, &'static str),
    /// To the comment.
    Comment,
}

/// Listens for the keys for as long as the list is there.
pub(super) fn use_inbox_keys(found: RwSignal<Inbox>, address: Memo<InboxAddress>, deeds: Deeds) {
    let navigate = use_navigate();
    let may = use_session().with(|me| me.can(Action::HandleAlerts));
    effect(move || {
        let navigate = navigate.clone();
        let listener = window_event_listener(ev::keydown, move |event| {
            let modified = event.alt_key() || event.ctrl_key() || event.meta_key();
            if modified || is_typing(&event) || is_in_popup(&event) || !single_keys() {
                return;
            }
            let at = address.get_untracked();
            let ids = found.with_untracked(|found| -> Vec<AlertId> {
                found.rows.iter().map(|row| row.id).collect()
            });
            let Some(deed) = deed(&event.key(), at.alert, &ids) else {
                return;
            };
            match deed {
                Deed::Open(id) => {
                    let href = at.with(Some(id)).href();
                    navigate(&href, NavigateOptions::default());
                }
                Deed::Press(id, verb) if may => deeds.press(id, verb),
                Deed::Comment => focus_comment(),
                Deed::Press(..) => return,
            }
            event.prevent_default();
        });
        on_cleanup(move || listener.remove());
    });
}

fn deed(key: &str, open: Option<AlertId>, ids: &[AlertId]) -> Option<Deed> {
    let at = open.and_then(|open| ids.iter().position(|id| *id == open));
    let moved = match (key, at) {
        ("j", None) => Some(0),
        ("j", Some(at)) => Some(at + 1),
        ("k", None) => ids.len().checked_sub(1),
        ("k", Some(at)) => at.checked_sub(1),
        _ => None,
    };
    if let Some(to) = moved {
        return ids.get(to).map(|id| Deed::Open(*id));
    }
    match key {
        "e" => Some(Deed::Press(open?, "acknowledge")),
        "a" => Some(Deed::Press(open?, "take")),
        "s" => Some(Deed::Press(open?, "snooze")),
        "n" => open.map(|_| Deed::Comment),
        _ => None,
    }
}

fn focus_comment() {
    let field = document().get_element_by_id(COMMENT);
    if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
        // Fails only for elements that are not in the page.
        let _ = field.focus();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stay_within_the_list() {
        let ids = [AlertId(5), AlertId(7)];
        let check = |key, open: Option<i64>, want| {
            assert_eq!(deed(key, open.map(AlertId), &ids), want, "{key} {open:?}");
        };
        check("j", None, Some(Deed::Open(AlertId(5))));
        check("j", Some(5), Some(Deed::Open(AlertId(7))));
        check("j", Some(7), None);
        check("k", None, Some(Deed::Open(AlertId(7))));
        check("k", Some(5), None);
        check("e", None, None);
        check("e", Some(5), Some(Deed::Press(AlertId(5), "acknowledge")));
        check("a", Some(9), Some(Deed::Press(AlertId(9), "take")));
        check("n", Some(5), Some(Deed::Comment));
        check("q", Some(5), None);
        assert_eq!(deed("j", None, &[]), None);
    }
}
