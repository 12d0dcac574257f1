//! Rules of alerts: the list, and the form of one.

mod delete;
mod form;
mod preview;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use muster_core::policy::Action;

use crate::format;
use crate::live::{Item, Topic, use_live};
use crate::pages::alerts::address::InboxAddress;
use crate::pages::alerts::severity_state;
use crate::panels::loaded::{loaded, loaded_page};
use crate::panels::refresh::use_refreshed;
use crate::reactive::dynamic;
use crate::routes;
use crate::rpc::alerts::{RuleRow, Rules, list_rules, show_rule};
use crate::rpc::data::Data;
use crate::session::use_session;
use crate::shell::Page;
use crate::ui::{
    Breadcrumb, ButtonKind, Count, Crumb, EmptyState, LinkButton, PageHead, TableWrap,
};

/// `/alerts/rules`
#[component]
pub fn AlertRulesPage() -> impl IntoView {
    let data = Data::new(|| (), |()| list_rules());
    loaded_page("Alert rules", data, list)
}

fn list(found: Rules) -> AnyView {
    let (found, refresh) = use_refreshed(found, list_rules);
    use_live(
        || vec![Topic::Alerts],
        move |item| {
            if matches!(item, Item::Alerts | Item::Resync) {
                refresh.ask();
            }
        },
    );
    let may = use_session().with(|me| me.can(Action::KeepAlertRules));
    let new = move || {
        may.then(|| {
            let href = routes::alert_rule(routes::NEW);
            view! { <LinkButton href=href kind=ButtonKind::Primary icon="i-plus">"New rule"</LinkButton> }
        })
    };
    let facts = move || {
        let rules = found.with(|found| found.rows.len() as u64);
        [
            &format::plural(rules, "rule", "rules"),
            ". Each watches all devices it looks at, all the time.",
        ]
        .concat()
    };
    let body = move || {
        let rows = found.with(|found| found.rows.clone());
        if rows.is_empty() {
            return view! {
                <EmptyState title="No rule yet" first_time=true actions=new>
                    "A rule says what must not be, for how long, and how bad it is. Begin with contact = 'silent'."
                </EmptyState>
            }
            .into_any();
        }
        let rows = rows.into_iter().map(|rule| row(rule, may)).collect_view();
        view! {
            <TableWrap>
                <table class="table cards" role="table">
                    <caption class="sr-only">"Alert rules by name"</caption>
                    <thead role="rowgroup">
                        <tr role="row">
                            <th scope="col" role="columnheader">"Rule"</th>
                            <th scope="col" role="columnheader">"Severity"</th>
                            <th scope="col" role="columnheader">"Condition"</th>
                            <th scope="col" role="columnheader">"Times"</th>
                            <th scope="col" role="columnheader" class="num">"Open"</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{rows}</tbody>
                </table>
            </TableWrap>
        }
        .into_any()
    };
    view! {
        <Page title="Alert rules">
            <PageHead title="Alert rules" facts=move || view! { {facts} } actions=new/>
            {dynamic(body)}
        </Page>
    }
    .into_any()
}

fn row(rule: RuleRow, may: bool) -> AnyView {
    let name = if may {
        let href = routes::alert_rule(&rule.id.to_string());
        view! { <a href=href>{rule.name}</a> }.into_any()
    } else {
        rule.name.into_any()
    };
    let off = (!rule.enabled).then(|| view! { " " <span class="tag">"off"</span> });
    let open = if rule.open > 0 {
        let inbox = InboxAddress {
            rule: rule.id.to_string(),
            ..InboxAddress::default()
        };
        view! { <Count n=Signal::stored(rule.open) href=inbox.href()/> }.into_any()
    } else {
        view! { <span class="dim">"0"</span> }.into_any()
    };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader" class="wrap">{name} {off}</th>
            <td role="cell">{severity_state(rule.severity)}</td>
            <td role="cell" class="wrap"><code>{rule.condition}</code></td>
            <td role="cell" class="wrap" data-label="Opens">{rule.times}</td>
            <td role="cell" data-label="Open" class="num">{open}</td>
        </tr>
    }
    .into_any()
}

/// `/alerts/rules/:id`
#[component]
pub fn AlertRulePage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let data = Data::new(move || id.get(), show_rule);
    let crumbs = vec![Crumb {
        label: "Alert rules".to_owned(),
        href: routes::ALERT_RULES.to_owned(),
    }];
    let title = move || match id.get().as_str() {
        routes::NEW => "New alert rule",
        _ => "Alert rule",
    };
    view! {
        <Page title=Signal::derive(move || title().to_owned())>
            <Breadcrumb crumbs=crumbs/>
            <PageHead title=Signal::derive(move || title().to_owned())/>
            {loaded(data, form::form)}
        </Page>
    }
    .into_any()
}
