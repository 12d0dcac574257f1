//! The list: tabs, grouping, and the alerts of each group.

use leptos::prelude::*;
use muster_core::alert::{AlertId, State};
use muster_core::policy::Action;

use super::address::{By, InboxAddress, Tab};
use super::deeds::Deeds;
use super::row::{line, tone};
use crate::format;
use crate::reactive::dynamic;
use crate::routes;
use crate::rpc::alerts::{AlertRow, Inbox};
use crate::session::use_session;
use crate::ui::{
    Button, ButtonKind, ButtonSize, EmptyState, LinkButton, PageHead, Pager, Tab as UiTab, Tabs,
};

/// The list with what is above and below it.
pub(super) fn inbox(found: RwSignal<Inbox>, address: Memo<InboxAddress>, deeds: Deeds) -> AnyView {
    let tabs = Signal::derive(move || {
        let at = address.get();
        let counts = found.with(|found| [found.needs_me, found.open, found.snoozed]);
        let tab = |(n, tab): (usize, &Tab)| UiTab {
            label: tab.title().to_owned(),
            href: InboxAddress {
                tab: *tab,
                by: at.by,
                rule: at.rule.clone(),
                ..InboxAddress::default()
            }
            .href(),
            count: counts.get(n).copied(),
            current: *tab == at.tab,
        };
        Tab::ALL.iter().enumerate().map(tab).collect::<Vec<_>>()
    });
    let may = use_session().with(|me| me.can(Action::HandleAlerts));
    let rows = move || {
        let at = address.get();
        found.with(|found| {
            if found.rows.is_empty() {
                return empty(&at, found.watched);
            }
            let groups = groups(&found.rows, at.by).into_iter();
            groups
                .map(|(title, rows)| group(title, rows, &at, may, deeds))
                .collect_view()
                .into_any()
        })
    };
    let link = move |cursor: Option<String>| {
        let page = cursor?;
        Some(address.with(|at| {
            InboxAddress {
                page,
                ..at.with(None)
            }
            .href()
        }))
    };
    let previous = Signal::derive(move || link(found.with(|found| found.previous.clone())));
    let next = Signal::derive(move || link(found.with(|found| found.next.clone())));
    let rules = || view! { <LinkButton href=routes::ALERT_RULES size=ButtonSize::Small icon="i-flag">"Rules"</LinkButton> };
    view! {
        <div id="alerts"><PageHead title="Alerts" actions=rules/></div>
        <Tabs label="Alert views" tabs=tabs/>
        {dynamic(move || address.with(by))}
        {dynamic(rows)}
        <Pager previous=previous next=next>"The worst first."</Pager>
    }
    .into_any()
}

fn by(at: &InboxAddress) -> AnyView {
    let link = |by: By| {
        let href = InboxAddress { by, ..at.clone() }.href();
        let current = (by == at.by).then_some("true");
        view! { <a href=href aria-current=current>{by.as_str()}</a> }
    };
    let links = By::ALL.into_iter().map(link).collect_view();
    view! { <p class="inbox-by">"By" {links}</p> }.into_any()
}

/// Alerts that belong together, in the order of the first of each.
fn groups(rows: &[AlertRow], by: By) -> Vec<(String, Vec<AlertRow>)> {
    let mut groups: Vec<(String, Vec<AlertRow>)> = Vec::new();
    for row in rows {
        let title = match by {
            By::Severity => tone(row.severity).word(),
            By::Rule => &row.name,
            By::Site if row.place.is_empty() => "Elsewhere",
            By::Site => &row.place,
        };
        match groups.iter_mut().find(|(known, _)| known == title) {
            Some((_, rows)) => rows.push(row.clone()),
            None => groups.push((title.to_owned(), vec![row.clone()])),
        }
    }
    groups
}

fn group(
    title: String,
    rows: Vec<AlertRow>,
    at: &InboxAddress,
    may: bool,
    deeds: Deeds,
) -> AnyView {
    let open = |row: &&AlertRow| row.state == State::Open;
    let ids: Vec<AlertId> = rows.iter().filter(open).map(|row| row.id).collect();
    let all = (may && ids.len() > 1).then(|| {
        let words = ["Acknowledge ", &format::count(ids.len() as u64)].concat();
        let button = view! {
            <Button submit=true kind=ButtonKind::Quiet size=ButtonSize::Small>{words}</Button>
        };
        deeds.handle_form(&ids, "acknowledge", at, button.into_any())
    });
    let count = format::count(rows.len() as u64);
    let lines = rows.into_iter().map(|row| {
        let current = at.alert == Some(row.id);
        let href = at.with(Some(row.id)).href();
        line(row, href, current)
    });
    let lines = lines.collect_view();
    view! {
        <div class="inbox-h">
            <h2 class="inbox-g">{title} " " <span>{count}</span></h2>
            {all}
        </div>
        <ul class="inbox-rows">{lines}</ul>
    }
    .into_any()
}

fn empty(at: &InboxAddress, watched: bool) -> AnyView {
    if !watched {
        let make = || {
            view! { <LinkButton href=routes::ALERT_RULES>"Alert rules"</LinkButton> }
        };
        return view! {
            <EmptyState title="Nothing is watched yet" first_time=true actions=make>
                "A rule says what must not be, for how long, and how bad it is. What it finds stands here."
            </EmptyState>
        }
        .into_any();
    }
    let (title, words) = match at.tab {
        Tab::NeedsMe => (
            "Nothing needs you",
            "Open alerts that nobody looks after stand here.",
        ),
        Tab::Open => (
            "No open alerts",
            "The rules watch; what they find stands here by itself.",
        ),
        Tab::Snoozed => (
            "Nothing is snoozed",
            "Snoozed alerts come back when their time is over.",
        ),
        Tab::Resolved => (
            "Nothing is over yet",
            "Alerts that are over are kept for 90 days.",
        ),
    };
    view! { <EmptyState title=title>{words}</EmptyState> }.into_any()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;
    use muster_core::alert::{RuleId, Severity};

    fn row(id: i64, severity: Severity, place: &str) -> AlertRow {
        AlertRow {
            id: AlertId(id),
            rule: RuleId(1),
            name: "Warm".into(),
            device: Some("a".parse().unwrap()),
            devices: 1,
            place: place.into(),
            severity,
            state: State::Open,
            opened_ms: 0,
            ended_ms: None,
            assignee: None,
            mine: false,
            snoozed_ms: None,
            escalated: false,
            flapping: false,
        }
    }

    #[test]
    fn alerts_are_grouped_in_the_order_of_the_first() {
        let rows = [
            row(1, Severity::Critical, "harbour"),
            row(2, Severity::Serious, ""),
            row(3, Severity::Serious, "harbour"),
        ];
        let check = |by, want: &[(&str, &[i64])]| {
            let found = groups(&rows, by);
            let found: Vec<(&str, Vec<i64>)> = found
                .iter()
                .map(|(title, rows)| {
                    let ids = rows.iter().map(|row| row.id.0).collect();
                    (title.as_str(), ids)
                })
                .collect();
            let want: Vec<(&str, Vec<i64>)> = want
                .iter()
                .map(|(title, ids)| (*title, ids.to_vec()))
                .collect();
            assert_eq!(found, want);
        };
        check(By::Severity, &[("Critical", &[1]), ("Serious", &[2, 3])]);
        check(By::Rule, &[("Warm", &[1, 2, 3])]);
        check(By::Site, &[("harbour", &[1, 3]), ("Elsewhere", &[2])]);
    }
}
