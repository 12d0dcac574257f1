//! The administrator's home: how the hub itself is.

use leptos::prelude::*;

use crate::clock::use_now;
use crate::format::{self, TimeStyle};
use crate::live::{Item, Topic, use_live};
use crate::panels::census::RollCallPanel;
use crate::panels::events::EventList;
use crate::panels::filters;
use crate::panels::first_device::FirstDevice;
use crate::panels::loaded::loaded;
use crate::panels::refresh::use_refreshed;
use crate::reactive::{dynamic, effect_of_change};
use crate::routes;
use crate::rpc::data::Data;
use crate::rpc::home::{HubFacts, read_hub};
use crate::shell::Page;
use crate::ui::{Count, Fact, Facts, KeyValue, KeyValues, PageHead, Section, TimeStamp};

/// `/hub`
#[component]
pub fn HubPage() -> impl IntoView {
    let data = Data::new(|| (), |()| read_hub());
    view! {
        <Page title="Server health">
            {loaded(data, |facts| view! { <HubBody facts=facts/> }.into_any())}
        </Page>
    }
    .into_any()
}

#[component]
fn HubBody(facts: HubFacts) -> impl IntoView {
    let (facts, refresh) = use_refreshed(facts, read_hub);
    let census = RwSignal::new(facts.with_untracked(|facts| facts.census.clone()));
    effect_of_change(move |changed| {
        let newest = facts.with(|facts| facts.census.clone());
        if changed {
            census.set(newest);
        }
    });
    use_live(
        || vec![Topic::Census],
        move |item| match item {
            Item::Census(news) => {
                if census.with_untracked(|census| census.connected != news.connected) {
                    refresh.ask();
                }
                census.set(news.clone());
            }
            Item::Resync => refresh.ask(),
            _ => {}
        },
    );
    let now = use_now();
    let acts = Signal::derive(move || facts.with(|facts| facts.acts.clone()));
    let empty =
        Memo::new(move |_| census.with(|census| census.stages.iter().all(|(_, n)| *n == 0)));
    view! {
        <PageHead title="Server health" facts=move || move || facts.with(sentence)/>
        {move || empty.get().then(|| view! { <FirstDevice/> })}
        <HubFigures facts=facts/>
        <div class="mt-8"><RollCallPanel census=census/></div>
        <div class="cols mt-8">
            <Section id="acts" title="Latest acts of people">
                <EventList events=acts now=now name_devices=true/>
            </Section>
            <aside class="stack">
                <Section id="program" title="This hub">
                    <Program facts=facts/>
                </Section>
            </aside>
        </div>
    }
    .into_any()
}

#[component]
fn HubFigures(#[prop(into)] facts: Signal<HubFacts>) -> impl IntoView {
    let devices = Signal::derive(move || facts.with(|facts| facts.census.in_service));
    let connected = Signal::derive(move || facts.with(|facts| facts.census.connected));
    let all = facts.with_untracked(|facts| filters::in_service_href(&facts.census));
    let people = move || facts.with(|facts| format::count(facts.people));
    let active = Signal::derive(move || {
        let active = facts.with(|facts| facts.active_people);
        Some(format!("{} may sign in", format::count(active)))
    });
    let writer = move || {
        facts.with(|facts| match facts.writer_us {
            Some(us) => format::with_unit(&format::decimal(us as f64 / 1000.0, 1), "ms"),
            None => "no answer".to_owned(),
        })
    };
    view! {
        <Facts>
            <Fact term="Devices in service" icon="i-fleet">
                <Count n=devices href=all/>
            </Fact>
            <Fact term="Connected now" icon="i-signal">
                <Count n=connected href=filters::href(&filters::connected())/>
            </Fact>
            <Fact term="People" icon="i-users" note=active>
                <a class="n" href=routes::PEOPLE>{dynamic(people)}</a>
            </Fact>
            <Fact term="Storing answers in" icon="i-server" note=Signal::stored(Some("a round trip through the writer".to_owned()))>
                {dynamic(writer)}
            </Fact>
        </Facts>
    }
    .into_any()
}

#[component]
fn Program(#[prop(into)] facts: Signal<HubFacts>) -> impl IntoView {
    let backup = move || match facts.with(|facts| facts.last_backup) {
        Some(at) => view! { <TimeStamp ms=at style=TimeStyle::DateTime/> }.into_any(),
        None => view! {
            <span>"Never."</span>
            <br/>
            <code>"muster backup TO"</code>
            <span class="dim">" writes one."</span>
        }
        .into_any(),
    };
    view! {
        <KeyValues>
            <KeyValue term="Version">{move || facts.with(|facts| facts.version.clone())}</KeyValue>
            <KeyValue term="Host name">{move || facts.with(|facts| facts.hostname.clone())}</KeyValue>
            <KeyValue term="Open connections">
                {move || facts.with(|facts| format::count(facts.connections))}
            </KeyValue>
            <KeyValue term="Last backup">{dynamic(backup)}</KeyValue>
        </KeyValues>
    }
    .into_any()
}

/// The finding at the top of the page.
fn sentence(facts: &HubFacts) -> String {
    match (facts.writer_us, facts.last_backup) {
        (None, _) => "The database does not answer. Nothing new can be stored; the log of the hub has the cause.",
        (Some(_), None) => "The hub stores what it is told. No backup is known.",
        (Some(_), Some(_)) => "The hub stores what it is told.",
    }
    .to_owned()
}
