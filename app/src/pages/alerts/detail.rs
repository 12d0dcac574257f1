//! One alert: what to do, what it is about, what happened to it.

use leptos::prelude::*;
use muster_core::alert::State as Life;
use muster_core::policy::Action;

use super::address::InboxAddress;
use super::deeds::Deeds;
use super::row::{look, place};
use crate::clock::use_now;
use crate::format::{self, TimeStyle};
use crate::reactive::dynamic;
use crate::routes;
use crate::rpc::alerts::{AlertRow, AlertView};
use crate::session::use_session;
use crate::ui::{
    Button, ButtonKind, ButtonSize, KeyValue, KeyValues, LinkButton, Note, Pill, TimeStamp,
};

/// Id of the field for a comment.
pub(super) const COMMENT: &str = "alert-comment";

/// How long a snooze lasts, in minutes, and what readers see.
const SNOOZES: [(&str, &str); 4] = [
    ("60", "for 1 hour"),
    ("240", "for 4 hours"),
    ("1440", "for 1 day"),
    ("10080", "for 7 days"),
];

/// The alert.
pub(super) fn detail(
    found: RwSignal<AlertView>,
    address: Memo<InboxAddress>,
    deeds: Deeds,
) -> AnyView {
    let id = found.with_untracked(|found| found.row.id);
    // Not followed: when the address leaves this alert, what is drawn here is given up with all it reads.
    let at = address.get_untracked();
    let parts = Memo::new(move |_| found.with(|found| (found.row.clone(), found.people.clone())));
    let back = at.clone();
    let bar = move || parts.with(|(row, people)| bar(row, people, &back, deeds));
    let body = move || found.with(body);
    let trail = move || found.with(trail);
    let may = use_session().with(|me| me.can(Action::HandleAlerts));
    let reply = may.then(|| {
        let inside = view! {
            <div class="reply mt-3">
                <label class="sr-only" for=COMMENT>"Comment"</label>
                <input class="input" type="text" id=COMMENT name="comment" maxlength="500" required autocomplete="off" placeholder="Comment"/>
                <Button submit=true>"Comment"</Button>
            </div>
        };
        deeds.handle_form(&[id], "comment", &at, inside.into_any())
    });
    view! {
        {dynamic(bar)}
        {dynamic(body)}
        <section class="sec mt-6" aria-labelledby="activity">
            <div class="sec-h"><h3 id="activity">"Activity"</h3></div>
            {dynamic(trail)}
            {reply}
        </section>
    }
    .into_any()
}

/// What can be done with it.
fn bar(row: &AlertRow, people: &[(i64, String)], at: &InboxAddress, deeds: Deeds) -> AnyView {
    let back = view! {
        <span class="only-s"><LinkButton href=at.with(None).href() size=ButtonSize::Small kind=ButtonKind::Quiet>"All alerts"</LinkButton></span>
    };
    let (may, directs) = use_session().with(|me| {
        let can = |action| me.can(action);
        (can(Action::HandleAlerts), can(Action::DirectAlerts))
    });
    if !may || row.state == Life::Resolved {
        return view! { <div class="id-bar">{back}</div> }.into_any();
    }
    let ids = [row.id];
    let small = |words: &'static str, key: Option<&'static str>, kind: ButtonKind| {
        let key = key.map(|key| view! { " " <kbd class="kbd">{key}</kbd> });
        view! { <Button submit=true kind=kind size=ButtonSize::Small>{words} {key}</Button> }
            .into_any()
    };
    let handle = |verb, inside| deeds.handle_form(&ids, verb, at, inside);
    let acknowledge = (row.state == Life::Open).then(|| {
        handle(
            "acknowledge",
            small("Acknowledge", Some("e"), ButtonKind::Primary),
        )
    });
    let take = (!row.mine).then(|| {
        handle(
            "take",
            small("Assign to me", Some("a"), ButtonKind::Default),
        )
    });
    let choices = SNOOZES.map(|(minutes, words)| view! { <option value=minutes>{words}</option> });
    let choices = choices.into_iter().collect_view();
    let snooze = view! {
        {small("Snooze", Some("s"), ButtonKind::Default)}
        <select class="input input--s" name="minutes" aria-label="How long">{choices}</select>
    };
    let snooze = handle("snooze", snooze.into_any());
    let resolve = handle("resolve", small("Resolve", None, ButtonKind::Default));
    let escalate = (directs && !row.escalated).then(|| {
        let button = small("Pass on", None, ButtonKind::Default);
        deeds.direct_form(&ids, "escalate", at, button)
    });
    let give = (!people.is_empty()).then(|| {
        let people = people.iter().map(|(id, name)| {
            view! { <option value=id.to_string()>{name.clone()}</option> }
        });
        let inside = view! {
            {small("Give to", None, ButtonKind::Default)}
            <select class="input input--s" name="to" aria-label="Whom">{people.collect_view()}</select>
        };
        deeds.direct_form(&ids, "assign", at, inside.into_any())
    });
    view! {
        <div class="id-bar">{back} {acknowledge} {take} {snooze} {resolve} {escalate} {give}</div>
    }
    .into_any()
}

fn body(found: &AlertView) -> AnyView {
    let row = found.row.clone();
    let now = use_now();
    let moment = Signal::derive(move || TimeStyle::Moment { now: now.get() });
    let at = move |ms: i64| view! { <TimeStamp ms=ms style=moment/> }.into_any();
    let term = |term: &'static str, value: AnyView| {
        view! { <KeyValue term=term>{value}</KeyValue> }.into_any()
    };
    let device = row.device.as_ref().map(|id| {
        let link = view! { <a class="id" href=routes::device(id)>{id.as_str().to_owned()}</a> };
        term("Device", link.into_any())
    });
    let holds = (!found.condition.is_empty()).then(|| {
        let code = view! { <code>{found.condition.clone()}</code> " " {found.times.clone()} };
        term("Rule", code.into_any())
    });
    let who = row
        .assignee
        .clone()
        .unwrap_or_else(|| "nobody yet".to_owned());
    let snoozed = row.snoozed_ms.map(|ms| term("Snoozed until", at(ms)));
    let ended = row.ended_ms.map(|ms| term("Over since", at(ms)));
    let (began, who) = (
        term("Holds since", at(found.began_ms)),
        term("Looked after by", who.into_any()),
    );
    let opened = at(row.opened_ms);
    let many = row.device.is_none().then(|| many(found));
    let (pill, place) = (look(&row), place(&row));
    view! {
        <header class="id-h">
            <p class="meta">"A-" {row.id.0} ", opened " {opened}</p>
            <h2>{row.name.clone()}</h2>
            <p class="row"><Pill look=pill/> <span class="meta">{place}</span></p>
        </header>
        {many}
        <KeyValues>
            {device}
            {holds}
            {began}
            {ended}
            {who}
            {snoozed}
        </KeyValues>
    }
    .into_any()
}

/// The devices it stands for.
fn many(found: &AlertView) -> AnyView {
    let words = [
        "One alert for ",
        &format::plural(found.row.devices, "device", "devices"),
        ".",
    ]
    .concat();
    let why = if found.below.is_empty() {
        "So many devices are concerned that they are not told one by one. They are as soon as half as many are left."
    } else {
        "Their own alerts are folded in; they stand for themselves again when fewer are left."
    };
    let list = found.list.clone().map(|href| {
        view! { " " <a href=href>"All devices for which the rule holds"</a> }
    });
    let below = found
        .below
        .iter()
        .filter_map(|row| row.device.as_ref())
        .map(|id| {
            view! { <li><a href=routes::device(id)>{id.as_str().to_owned()}</a></li> }
        });
    let below = below.collect_view();
    view! {
        <div class="mb-4"><Note><strong>{words}</strong> " " {why} {list}</Note></div>
        <ul class="id-below mb-4">{below}</ul>
    }
    .into_any()
}

fn trail(found: &AlertView) -> AnyView {
    let now = use_now();
    let lines = found.trail.iter().map(|line| {
        let moment = Signal::derive(move || TimeStyle::Moment { now: now.get() });
        view! {
            <li>
                <TimeStamp ms=line.at_ms style=moment/>
                <span></span>
                <span class="log-t">{line.words.clone()}</span>
            </li>
        }
    });
    view! { <ol class="log">{lines.collect_view()}</ol> }.into_any()
}
