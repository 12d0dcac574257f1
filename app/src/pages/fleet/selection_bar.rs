//! What can be done with the selected devices; stands in place of the tools above the table.

use leptos::prelude::*;
use muster_core::policy::Action;

use super::address::{Column, FleetAddress};
use super::export::{FileKind, copy_item, query_of};
use super::selection::{Hand, MAX_MARKED, Selection};
use crate::format;
use crate::reactive::dynamic;
use crate::session::use_session;
use crate::ui::{Button, ButtonKind, ButtonSize, Icon, Menu, MenuSide};

/// Id of the words that say why changing is off.
const NO_CHANGE: &str = "no-change";

/// The bar; nothing while nothing is selected.
pub(super) fn selection_bar(
    address: FleetAddress,
    columns: Vec<Column>,
    hand: Hand,
    total: Signal<u64>,
) -> AnyView {
    let selection = hand.selection;
    let count = Memo::new(move |_| selection.with(|selection| selection.count(total.get())));
    let words = move || {
        let count = count.get();
        if count == 0 {
            String::new()
        } else {
            format!("{} selected", format::count(count))
        }
    };
    let tools =
        move || (count.get() > 0).then(|| tools(address.clone(), columns.clone(), hand, total));
    view! {
        <div class="selbar js-only" role="group" aria-label="Selected devices" class:is-empty=move || count.get() == 0>
            <span class="strong" aria-live="polite">{dynamic(words)}</span>
            {tools}
        </div>
    }
    .into_any()
}

fn tools(address: FleetAddress, columns: Vec<Column>, hand: Hand, total: Signal<u64>) -> AnyView {
    let selection = hand.selection;
    let more =
        Memo::new(move |_| selection.with(|selection| selection.count(total.get()) < total.get()));
    let all = move || {
        more.get().then(|| {
            let label = format!("Select all {} matching", format::count(total.get()));
            let select = move |_| selection.set(Selection::all());
            view! {
                <Button kind=ButtonKind::Primary size=ButtonSize::Small on_press=select>{label}</Button>
            }
        })
    };
    let full = move || {
        selection.with(Selection::is_full).then(|| {
            view! {
                <span class="meta">{format!("At most {MAX_MARKED} can be marked one by one.")}</span>
            }
        })
    };
    view! {
        {dynamic(all)}
        {dynamic(full)}
        {change_form(&address, selection)}
        {export_form(&address, selection)}
        {copy_menu(address, columns, selection)}
        <span class="end">
            <Button
                kind=ButtonKind::Quiet
                size=ButtonSize::Small
                on_press=move |_| selection.set(Selection::none())
            >
                "Clear" <kbd class="kbd">"Esc"</kbd>
            </Button>
        </span>
    }
    .into_any()
}

/// The marked devices for a form. Their names end in `suffix`.
fn marked_fields(selection: RwSignal<Selection>, suffix: &'static str) -> AnyView {
    let marked = move || {
        selection.with(|selection| {
            let name = if selection.is_all() { "except" } else { "only" };
            let name = [name, suffix].concat();
            selection
                .marked()
                .map(|id| {
                    view! { <input type="hidden" name=name.clone() value=id.as_str().to_owned()/> }
                })
                .collect_view()
        })
    };
    view! { {dynamic(marked)} }.into_any()
}

/// The way to the wizard with the selection; for who may not, the reason.
fn change_form(address: &FleetAddress, selection: RwSignal<Selection>) -> AnyView {
    if !use_session().with(|me| me.can(Action::RunOperations)) {
        return view! {
            <Button size=ButtonSize::Small icon="i-configure" off=true reason=NO_CHANGE>"Change these devices…"</Button>
            <span class="meta" id=NO_CHANGE>"Your role reads; operators and supervisors change devices."</span>
        }
        .into_any();
    }
    view! {
        <form method="post" action="/rpc/operations/begin">
            <input type="hidden" name="list" value=address.kept().query()/>
            {marked_fields(selection, "[]")}
            <Button size=ButtonSize::Small icon="i-configure" submit=true>"Change these devices…"</Button>
        </form>
    }
    .into_any()
}

/// The export of the selection: a form, since addresses are too short for many ids.
fn export_form(address: &FleetAddress, selection: RwSignal<Selection>) -> AnyView {
    let list = address.kept().query();
    let buttons = FileKind::ALL
        .into_iter()
        .map(|kind| {
            view! {
                <li>
                    <button type="submit" formaction=kind.route()>
                        <Icon name="i-download"/>
                        <span>{kind.word()}</span>
                        <span class="end">{format!(".{}", kind.extension())}</span>
                    </button>
                </li>
            }
        })
        .collect_view();
    view! {
        <form method="post" action=FileKind::Csv.route()>
            <input type="hidden" name="list" value=list/>
            {marked_fields(selection, "")}
            <Menu
                class="btn btn--s"
                side=MenuSide::Start
                button=|| view! { <Icon name="i-download"/> <span>"Export selection"</span> }
            >
                <ul>{buttons}</ul>
            </Menu>
        </form>
    }
    .into_any()
}

/// Copying ids (where they are known) and the query that finds the selection (where there is one).
fn copy_menu(
    address: FleetAddress,
    columns: Vec<Column>,
    selection: RwSignal<Selection>,
) -> AnyView {
    let is_all = Memo::new(move |_| selection.with(Selection::is_all));
    let searched = !address.text.is_empty();
    let menu = move || {
        let all = is_all.get();
        if all && searched {
            return None;
        }
        let ids = move || {
            let ids = |selection: &Selection| -> Vec<String> {
                selection
                    .marked()
                    .map(|id| id.as_str().to_owned())
                    .collect()
            };
            selection.with_untracked(ids).join("\n")
        };
        let (address, columns) = (address.clone(), columns.clone());
        let query = move || {
            let query = |selection: &Selection| query_of(&address, &columns, selection);
            selection.with_untracked(query).unwrap_or_default()
        };
        Some(view! {
            <Menu
                class="btn btn--s"
                side=MenuSide::Start
                button=|| view! { <Icon name="i-copy"/> <span>"Copy"</span> }
            >
                <ul>
                    {(!all).then(|| copy_item("Copy ids", "i-copy", Box::new(ids)))}
                    {copy_item("Copy as query", "i-terminal", Box::new(query))}
                </ul>
            </Menu>
        })
    };
    view! { {dynamic(menu)} }.into_any()
}
