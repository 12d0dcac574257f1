//! The fleet: a list of devices whose whole state is in its address.

pub mod address;
pub(crate) mod chips;
mod choose_columns;
mod columns;
pub mod export;
mod facets;
pub(crate) mod filter_bar;
pub(crate) mod hints;
mod keys;
mod list;
mod paging;
mod preview;
pub mod query_string;
mod remember;
mod row;
pub mod selection;
mod selection_bar;
pub(super) mod suggest;
pub mod typed;
mod views;

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::live::{Item, Topic, use_live};
use crate::panels::first_device::FirstDevice;
use crate::panels::loaded::loaded;
use crate::panels::refresh::use_refreshed;
use crate::reactive::{dynamic, effect_of_change};
use crate::rpc::data::Data;
use crate::rpc::fleet::{FleetPage as Found, count_fleet, read_fleet};
use crate::shell::Page;
use crate::ui::{EmptyState, LinkButton, Note, PageHead, Tone};
use address::FleetAddress;
use choose_columns::ChooseColumns;
use export::export_menu;
use facets::Facets;
use filter_bar::FilterBar;
use hints::Hints;
use list::DeviceTable;
use paging::Paging;
use preview::{preview, use_preview_in};
use selection::{Hand, Selection};
use selection_bar::selection_bar;
use views::Views;

/// `/fleet`
#[component]
pub fn FleetPage() -> impl IntoView {
    let search = use_location().search;
    let address = Memo::new(move |_| FleetAddress::parse(&search.get()));
    let data = Data::new(move || address.get().alone().query(), read_fleet);
    remember::use_remembered_columns(address);
    let hand = use_hand(address);
    let hints = Hints::new();
    let show = move |found: Found| {
        let address = address.get_untracked().alone();
        view! { <FleetBody address=address found=found hand=hand hints=hints/> }.into_any()
    };
    let head = move || {
        let address = address.get();
        let columns = address.columns.clone().unwrap_or_default();
        export_menu(address, columns)
    };
    view! {
        <Page title="Fleet" class="page--flush">
            <div class="fleet" class:fleet--list=move || hand.preview.with(Option::is_none)>
                <div class="fleet-main">
                    <PageHead title="Fleet" actions=move || head/>
                    <Views address=address/>
                    <FilterBar address=address hints=hints/>
                    {hints.datalist()}
                    {loaded(data, show)}
                </div>
                {dynamic(move || preview(hand))}
            </div>
        </Page>
    }
    .into_any()
}

/// Selection and preview. Another filter finds other devices: then both begin anew.
fn use_hand(address: Memo<FleetAddress>) -> Hand {
    let hand = Hand::new(address.with_untracked(|address| address.preview.clone()));
    use_preview_in(address, hand);
    let asked =
        Memo::new(move |_| address.with(|address| (address.filter.clone(), address.text.clone())));
    effect_of_change(move |changed| {
        // A memo that nobody reads follows nothing.
        asked.with(|_| ());
        if changed {
            hand.selection.set(Selection::none());
            hand.preview.set(None);
        }
    });
    hand
}

/// The answer: groups, rows, paging; or why there are none.
#[component]
fn FleetBody(address: FleetAddress, found: Found, hand: Hand, hints: Hints) -> impl IntoView {
    if found.all == 0 {
        return view! { <div class="mt-6"><FirstDevice/></div> }.into_any();
    }
    if let Some(problem) = found.problem {
        let clear = address.with_filter("").href();
        return view! {
            <div class="mt-4">
                <Note
                    tone=Tone::Attention
                    action=move || view! { <LinkButton href=clear>"Clear filter"</LinkButton> }
                >
                    <strong>"The filter cannot be read, so nothing is listed. "</strong>
                    {crate::format::sentence(&problem)}
                </Note>
            </div>
        }
        .into_any();
    }
    let total = use_total(&address, found.total);
    if found.rows.is_empty() {
        return view! { <NoMatch address=address/> }.into_any();
    }
    let chooser = (address.clone(), found.columns.clone(), found.tags.clone());
    let (chooser_address, chosen, tags) = chooser;
    let paging = address.clone();
    let (shown, previous, next) = (found.rows.len(), found.previous.clone(), found.next.clone());
    view! {
        <Facets address=address.clone() facets=found.facets.clone() tags=found.tags.clone() hints=hints/>
        {selection_bar(address.clone(), found.columns.clone(), hand, total)}
        <div class="table-box mt-4">
            <ChooseColumns address=chooser_address chosen=chosen tags=tags credentials=found.credentials hints=hints/>
            <DeviceTable address=address columns=found.columns rows=found.rows hand=hand/>
        </div>
        <Paging address=paging shown=shown total=total previous=previous next=next/>
    }
    .into_any()
}

/// The length of the whole list, counted again when the fleet changes.
fn use_total(address: &FleetAddress, first: u64) -> Signal<u64> {
    let query = address.first_page().query();
    let (total, refresh) = use_refreshed(first, move || count_fleet(query.clone()));
    use_live(
        || vec![Topic::Census],
        move |item| {
            if matches!(item, Item::Census(_) | Item::Resync) {
                refresh.ask();
            }
        },
    );
    total.into()
}

/// There are devices, but none of these.
#[component]
fn NoMatch(address: FleetAddress) -> impl IntoView {
    let clear = FleetAddress {
        filter: String::new(),
        text: String::new(),
        ..address.first_page()
    };
    let clear = clear.href();
    let words = match (address.filter.is_empty(), address.text.is_empty()) {
        (false, false) => "No device fulfils the filter and has this text in its id or a tag.",
        (false, true) => "No device fulfils the filter.",
        (true, false) => "No device has this text in its id or a tag value.",
        (true, true) => "The devices that were on this page are gone.",
    };
    view! {
        <div class="mt-6">
            <EmptyState
                title="No device matches"
                actions=move || view! { <LinkButton href=clear>"Clear filter"</LinkButton> }
            >
                {words}
            </EmptyState>
        </div>
    }
    .into_any()
}
