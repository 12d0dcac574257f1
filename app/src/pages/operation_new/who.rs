//! The second step: to whom. The same query bar as in the fleet, or names.

use leptos::prelude::*;

use super::address::{NewAddress, Step};
use super::fields::{Form, area};
use super::{draft_field, next};
use crate::format;
use crate::live::{Item, Topic, use_live};
use crate::pages::fleet::address::FleetAddress;
use crate::pages::fleet::filter_bar::FilterBar;
use crate::pages::fleet::hints::Hints;
use crate::panels::loaded::answered;
use crate::panels::refresh::use_refreshed;
use crate::reactive::dynamic;
use crate::rpc::data::Data;
use crate::rpc::fleet::count_fleet;
use crate::rpc::operations::DraftView;
use crate::ui::{Count, Icon, Note, Tab, Tabs, Tone, section};

/// The step.
pub(super) fn who_step(
    address: &NewAddress,
    found: DraftView,
    form: Form,
    search: String,
) -> AnyView {
    let who = found.draft.who;
    let by_ids = match address.by.as_str() {
        "" => who.by == "ids" && !address.filtered,
        by => by == "ids",
    };
    let tab = |label: &str, by: &str, current| Tab {
        label: label.to_owned(),
        href: NewAddress {
            by: by.to_owned(),
            ..address.at(Step::Who)
        }
        .href(),
        count: None,
        current,
    };
    let tabs = vec![
        tab("All that match", "query", !by_ids),
        tab("Named devices", "ids", by_ids),
    ];
    let body = if by_ids {
        named(address, &who.ids, &form)
    } else {
        let list = match address.filtered {
            true => FleetAddress::parse(&search).first_page(),
            false => FleetAddress::filtered(who.filter),
        };
        matching(address, list, &form)
    };
    let body = view! {
        <Tabs label="How devices are chosen" tabs=tabs/>
        <div class="mt-4">{body}</div>
    };
    section("who", "Which devices?", false, body.into_any())
}

fn named(address: &NewAddress, ids: &str, form: &Form) -> AnyView {
    view! {
        <form class="wiz-form" method="post" action="/rpc/operations/save_who">
            {draft_field(address)}
            <input type="hidden" name="who[by]" value="ids"/>
            {area(form, "who[ids]", "Ids of devices", ids, 10, "One per line, or apart by spaces; at most 10,000.")}
            {next(address, "Next: how")}
        </form>
    }
    .into_any()
}

fn matching(address: &NewAddress, list: FleetAddress, form: &Form) -> AnyView {
    let base = NewAddress {
        by: "query".to_owned(),
        filtered: true,
        ..address.at(Step::Who)
    };
    let hints = Hints::new();
    let here = list.clone();
    let bar = Memo::new(move |_| here.clone());
    let problem = form.problem("who[filter]").map(|problem| {
        view! { <p class="hint hint--error"><Icon name="s-attention"/><span>{problem}</span></p> }
    });
    let whole = (list.filter.is_empty() && list.text.is_empty()).then(|| {
        view! {
            <Note tone=Tone::Attention>
                "No filter: this means every device within your scope."
            </Note>
        }
    });
    let query = list.query();
    let data = Data::new(move || query.clone(), count_fleet);
    let fleet = list.clone();
    let count = move |answer: Result<u64, crate::error::AppError>| match answer {
        Ok(n) => live_count(fleet.clone(), n),
        Err(error) => view! { <Note tone=Tone::Serious>{error.to_string()}</Note> }.into_any(),
    };
    view! {
        <FilterBar address=bar hints=hints base=base.href()/>
        {problem}
        <div class="mt-4 stack-4">
            {whole}
            {answered(data, count)}
        </div>
        <form method="post" action="/rpc/operations/save_who">
            {draft_field(address)}
            <input type="hidden" name="who[by]" value="query"/>
            <input type="hidden" name="who[filter]" value=list.filter/>
            <input type="hidden" name="text" value=list.text/>
            {next(address, "Next: how")}
        </form>
    }
    .into_any()
}

/// How many match now; the list is fixed when the operation begins.
fn live_count(list: FleetAddress, first: u64) -> AnyView {
    let (query, href) = (list.query(), list.href());
    let (n, refresh) = use_refreshed(first, move || count_fleet(query.clone()));
    use_live(
        || vec![Topic::Census],
        move |item| {
            if matches!(item, Item::Census(_) | Item::Resync) {
                refresh.ask();
            }
        },
    );
    let noun = move || {
        if n.get() == 1 {
            " device matches"
        } else {
            " devices match"
        }
    };
    let warning = (!list.text.is_empty()).then(|| {
        let words = format!(
            " A searched text is no condition: the devices found now are named one by one, at most {}.",
            format::count(muster_core::operation::MAX_NAMED as u64)
        );
        view! { <span>{words}</span> }
    });
    view! {
        <p class="lead-count">
            <strong><Count n=n href=href/></strong>
            {dynamic(noun)}
            " now. The list is fixed when the operation begins."
            {warning}
        </p>
    }
    .into_any()
}
