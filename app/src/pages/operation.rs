//! One operation: how far it is, why devices wait, what became of each.

pub mod address;
mod approval;
mod devices;
mod expected;
mod failures;
mod head;
mod history;
mod pass;
mod payload;
pub(crate) mod plan;
mod progress;
pub mod steer;
mod transfer;
mod waiting;
mod waves;

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use muster_core::ids::OperationId;

use crate::live::{Item, Topic, use_live};
use crate::panels::loaded::loaded;
use crate::panels::refresh::use_refreshed;
use crate::reactive::dynamic;
use crate::routes;
use crate::rpc::data::Data;
use crate::rpc::operations::{OperationView, show_operation};
use crate::shell::Page;
use crate::ui::{Tab as UiTab, Tabs};
use address::{OperationAddress, Tab};
use devices::devices_tab;
use head::Head;
use history::history_tab;
use progress::ProgressTab;
use transfer::transfer_body;

/// `/operations/:id`
#[component]
pub fn OperationPage() -> impl IntoView {
    let path = use_location().pathname;
    // On the way to another page the address changes first: the operation stays until this page is gone.
    let id = Memo::new(move |before: Option<&OperationId>| {
        let id = path.with(|path| routes::operation_id(path));
        id.or_else(|| before.copied()).unwrap_or(OperationId(0))
    });
    let data = Data::new(move || id.get(), show_operation);
    let show = |operation| view! { <Body operation=operation/> }.into_any();
    let title = Signal::derive(move || format!("Operation {}", id.get()));
    view! {
        <Page title=title class="operation">
            {loaded(data, show)}
        </Page>
    }
    .into_any()
}

#[component]
fn Body(operation: OperationView) -> impl IntoView {
    let id = operation.row.id;
    let search = use_location().search;
    let address = Memo::new(move |_| OperationAddress::parse(&search.get()));
    let (operation, refresh) = use_refreshed(operation, move || show_operation(id));
    use_live(
        move || vec![Topic::Operation(id)],
        move |item| match item {
            Item::Operations(ids) if ids.contains(&id) => refresh.ask(),
            Item::Resync => refresh.ask(),
            _ => {}
        },
    );
    if operation.with_untracked(|operation| operation.row.transfer.is_some()) {
        return view! {
            <Head operation=operation refresh=refresh/>
            {transfer_body(operation, address)}
        }
        .into_any();
    }
    let tab = Memo::new(move |_| address.with(|address| address.tab));
    let tabs = Signal::derive(move || {
        let total = operation.with(|operation| operation.row.counts.total());
        Tab::ALL
            .into_iter()
            .map(|each| UiTab {
                label: each.title().to_owned(),
                href: OperationAddress::tab(each).href(id),
                count: (each == Tab::Devices && total > 0).then_some(u64::from(total)),
                current: each == tab.get(),
            })
            .collect::<Vec<_>>()
    });
    let body = move || match tab.get() {
        Tab::Progress => view! { <ProgressTab operation=operation refresh=refresh/> }.into_any(),
        Tab::Devices => devices_tab(operation, address),
        Tab::History => history_tab(id),
    };
    view! {
        <Head operation=operation refresh=refresh/>
        <Tabs label="Parts of the operation" tabs=tabs/>
        <div class="mt-4">{dynamic(body)}</div>
    }
    .into_any()
}
