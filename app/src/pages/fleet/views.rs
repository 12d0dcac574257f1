//! Saved views: a row of them above the list, and the menu that keeps, shares, pins and deletes them.

mod forms;

use leptos::prelude::*;
use muster_core::view::ViewId;

use super::address::FleetAddress;
use crate::live::{Item, Topic, use_live};
use crate::panels::loaded::loaded;
use crate::panels::refresh::use_refreshed;
use crate::reactive::{dynamic, effect};
use crate::rpc::data::Data;
use crate::rpc::fleet::{ViewRow, count_views, list_views};
use crate::short::sort_by;
use crate::ui::{Icon, Menu, MenuLink, Tab, Tabs};
use forms::Forms;

/// Views that stand in the row; the menu has all.
const IN_ROW: usize = 5;

/// The row and its menu. A list that cannot be had leaves them out; the page says why the hub does not answer.
#[component]
pub(super) fn Views(
    /// The state of the page.
    address: Memo<FleetAddress>,
) -> impl IntoView {
    let data = Data::new(
        || (),
        |()| async { Ok(list_views().await.unwrap_or_default()) },
    );
    loaded(data, move |views| bar(address, views))
}

fn bar(address: Memo<FleetAddress>, views: Vec<ViewRow>) -> AnyView {
    let forms = Forms::new(address, views);
    let views = forms.views;
    let counts = use_counts(address, views);
    let tabs = Signal::derive(move || {
        let of = |view: &ViewRow| counts.with(|counts| count_of(counts, view.id));
        views.with(|views| tabs(&address.get(), views, of))
    });
    let content = move || menu(&address.get(), forms);
    view! {
        <div class="views">
            <Tabs label="Saved views" tabs=tabs/>
            <Menu
                class="btn btn--quiet btn--s"
                label="Saved views: keep, change, share"
                button=|| view! { <Icon name="i-bookmark"/> <span>"Views"</span> <Icon name="i-chev-d"/> }
                list="views-pop"
            >
                {dynamic(content)}
                {forms.answer()}
            </Menu>
        </div>
    }
    .into_any()
}

/// How many devices the views of the row have, counted again when the fleet changes.
fn use_counts(
    address: Memo<FleetAddress>,
    views: RwSignal<Vec<ViewRow>>,
) -> RwSignal<Vec<(ViewId, u64)>> {
    let ids = Memo::new(move |_| {
        let ids = views.with(|views| {
            let row = address.with(|address| in_row(address, views));
            let ids = row.into_iter().map(|view| view.id.0.to_string());
            ids.collect::<Vec<_>>()
        });
        ids.join("|")
    });
    let (counts, refresh) = use_refreshed(Vec::new(), move || count_views(ids.get_untracked()));
    effect(move || {
        if ids.with(|ids| !ids.is_empty()) {
            refresh.ask();
        }
    });
    use_live(
        || vec![Topic::Census],
        move |item| {
            let some = ids.with_untracked(|ids| !ids.is_empty());
            if some && matches!(item, Item::Census(_) | Item::Resync) {
                refresh.ask();
            }
        },
    );
    counts
}

fn count_of(counts: &[(ViewId, u64)], view: ViewId) -> Option<u64> {
    let found = counts.iter().find(|(id, _)| *id == view);
    found.map(|(_, count)| *count)
}

/// The view the list began as, if the person sees it.
fn active<'a>(address: &FleetAddress, views: &'a [ViewRow]) -> Option<&'a ViewRow> {
    views.iter().find(|view| Some(view.id) == address.view)
}

/// Whether the list is no longer what the view keeps.
fn is_changed(address: &FleetAddress, view: &ViewRow) -> bool {
    FleetAddress::parse(&view.query).kept() != address.kept()
}

/// The view in force and the nearest others: the one to begin with, one's own, the shared ones.
fn in_row<'a>(address: &FleetAddress, views: &'a [ViewRow]) -> Vec<&'a ViewRow> {
    let active = active(address, views);
    let mut row: Vec<&ViewRow> = views.iter().collect();
    sort_by(&mut row, |a, b| {
        (!a.pinned, !a.mine).cmp(&(!b.pinned, !b.mine))
    });
    row.truncate(IN_ROW);
    if let Some(active) = active.filter(|active| !row.contains(active)) {
        row.truncate(IN_ROW - 1);
        row.push(active);
    }
    row
}

/// All devices, then views.
fn tabs(
    address: &FleetAddress,
    views: &[ViewRow],
    count: impl Fn(&ViewRow) -> Option<u64>,
) -> Vec<Tab> {
    let active = active(address, views);
    let mut tabs = vec![Tab {
        label: "All devices".to_owned(),
        href: FleetAddress::default().href(),
        count: None,
        current: address.view.is_none(),
    }];
    tabs.extend(in_row(address, views).into_iter().map(|view| {
        let current = Some(view) == active;
        let changed = current && is_changed(address, view);
        Tab {
            label: if changed {
                format!("{} (changed)", view.name)
            } else {
                view.name.clone()
            },
            href: FleetAddress::of_view(view.id, &view.query).href(),
            count: count(view),
            current,
        }
    }));
    tabs
}

fn menu(address: &FleetAddress, forms: Forms) -> AnyView {
    let views = forms.views.get();
    let lines = |shared: bool| {
        let some = views.iter().any(|view| view.shared == shared);
        some.then(|| {
            views
                .iter()
                .filter(|view| view.shared == shared)
                .map(|view| line(address, view))
                .collect_view()
        })
    };
    let own =
        lines(false).map(|lines| view! { <p class="pop-h">"Yours alone"</p> <ul>{lines}</ul> });
    let shared =
        lines(true).map(|lines| view! { <p class="pop-h">"For everybody"</p> <ul>{lines}</ul> });
    let none = views.is_empty().then(|| {
        view! { <p class="pop-h">"Filter, sort or choose columns, then keep the list under a name."</p> }
    });
    let active = active(address, &views);
    view! {
        {none}
        {own}
        {shared}
        <hr/>
        {active.map(|view| forms.of_view(address, view, is_changed(address, view)))}
        {forms.new_view(address)}
    }
    .into_any()
}

fn line(address: &FleetAddress, view: &ViewRow) -> AnyView {
    let end = match (view.pinned, view.shared && !view.mine) {
        (true, _) => "you begin here".to_owned(),
        (false, true) => view.owner.clone(),
        (false, false) => String::new(),
    };
    let href = FleetAddress::of_view(view.id, &view.query).href();
    let current = Some(view.id) == address.view;
    let name = view.name.clone();
    view! { <MenuLink href=href end=end current=current>{name}</MenuLink> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(id: i64, name: &str, query: &str) -> ViewRow {
        ViewRow {
            id: ViewId(id),
            name: name.to_owned(),
            query: query.to_owned(),
            shared: false,
            mine: true,
            owner: String::new(),
            pinned: false,
        }
    }

    fn shown(query: &str, views: &[ViewRow]) -> Vec<String> {
        let tabs = tabs(&FleetAddress::parse(query), views, |_| None).into_iter();
        tabs.map(|tab| {
            if tab.current {
                format!("[{}]", tab.label)
            } else {
                tab.label
            }
        })
        .collect()
    }

    #[test]
    fn the_view_in_force_says_whether_it_was_changed() {
        let views = [
            view(7, "Drift", "?filter=drift%20%3D%20true"),
            view(8, "Late", ""),
        ];
        let check = |query: &str, want: &[&str]| assert_eq!(shown(query, &views), want, "{query}");
        check("", &["[All devices]", "Drift", "Late"]);
        check(
            "view=7&filter=drift+%3D+true",
            &["All devices", "[Drift]", "Late"],
        );
        // Another page of it is still it.
        check(
            "view=7&filter=drift+%3D+true&cursor=x&at=25",
            &["All devices", "[Drift]", "Late"],
        );
        check("view=7", &["All devices", "[Drift (changed)]", "Late"]);
        check(
            "view=7&filter=drift+%3D+true&sort=seen",
            &["All devices", "[Drift (changed)]", "Late"],
        );
        // One that is gone, or was never seen.
        check("view=9", &["All devices", "Drift", "Late"]);
    }

    #[test]
    fn the_row_has_the_nearest_views_and_the_one_in_force() {
        let mut views: Vec<_> = (1..=9).map(|id| view(id, &id.to_string(), "")).collect();
        views[0].mine = false;
        views[6].pinned = true;
        assert_eq!(
            shown("", &views),
            ["[All devices]", "7", "2", "3", "4", "5"]
        );
        assert_eq!(
            shown("view=9", &views),
            ["All devices", "7", "2", "3", "4", "[9]"]
        );
    }
}
