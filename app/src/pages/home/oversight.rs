//! The supervisor's home: how the fleet is, where it is silent, what people did.

use leptos::prelude::*;
use muster_core::contact::Contact;

use super::facts::PresenceFacts;
use super::sites::SilentSites;
use crate::clock::use_now;
use crate::live::wire::CensusNews;
use crate::live::{Item, Topic, use_live};
use crate::panels::approvals::waiting_list;
use crate::panels::census::{InContact, StagesPanel};
use crate::panels::events::EventList;
use crate::panels::first_device::FirstDevice;
use crate::panels::handover::handover;
use crate::panels::loaded::loaded;
use crate::panels::operations::RunningOperations;
use crate::panels::presence::PresencePanel;
use crate::panels::refresh::use_refreshed;
use crate::panels::windows::TodaysWindows;
use crate::reactive::effect_of_change;
use crate::routes;
use crate::rpc::data::Data;
use crate::rpc::home::{Oversight, read_oversight};
use crate::shell::Page;
use crate::ui::{PageHead, Section};

/// `/oversight`
#[component]
pub fn OversightPage() -> impl IntoView {
    let data = Data::new(|| (), |()| read_oversight());
    view! {
        <Page title="Oversight">
            {loaded(data, |oversight| view! { <OversightBody oversight=oversight/> }.into_any())}
        </Page>
    }
    .into_any()
}

#[component]
fn OversightBody(oversight: Oversight) -> impl IntoView {
    let census = RwSignal::new(oversight.census.clone());
    let may_audit = oversight.acts.is_some();
    let (oversight, refresh) = use_refreshed(oversight, read_oversight);
    effect_of_change(move |changed| {
        let newest = oversight.with(|oversight| oversight.census.clone());
        if changed {
            census.set(newest);
        }
    });
    use_live(
        || vec![Topic::Census, Topic::Approvals],
        move |item| match item {
            Item::Census(news) => {
                let silent = |census: &CensusNews| census.contact(Contact::Silent);
                if silent(news) != census.with_untracked(silent) {
                    refresh.ask();
                }
                census.set(news.clone());
            }
            Item::Approvals | Item::Resync => refresh.ask(),
            _ => {}
        },
    );
    let empty =
        Memo::new(move |_| census.with(|census| census.stages.iter().all(|(_, n)| *n == 0)));
    let chart = Memo::new(move |_| oversight.with(|oversight| oversight.presence.clone()));
    let silent = Memo::new(move |_| oversight.with(|oversight| oversight.silent.clone()));
    let acts = Signal::derive(move || {
        oversight.with(|oversight| oversight.acts.clone().unwrap_or_default())
    });
    let waiting = Memo::new(move |_| oversight.with(|oversight| oversight.waiting.clone()));
    let decisions = move || {
        let is_empty = waiting.with(Vec::is_empty);
        is_empty.then(|| view! { <p class="meta">"Nothing waits for your decision."</p> })
    };
    let notes = Memo::new(move |_| oversight.with(|oversight| oversight.notes.clone()));
    let now = use_now();
    let acts_section = may_audit.then(|| {
        view! {
            <Section id="acts" title="Latest acts of people" rule=true>
                <EventList events=acts now=now name_devices=true/>
            </Section>
        }
    });
    view! {
        <PageHead title="Oversight" facts=move || view! { <InContact census=census/> }/>
        {move || empty.get().then(|| view! { <FirstDevice/> })}
        <PresenceFacts census=census/>
        <div class="cols mt-8">
            <div class="stack">
                <Section
                    id="decisions"
                    title="Decisions"
                    end=|| view! { <a href=routes::APPROVALS>"Approvals"</a> }
                >
                    {decisions}
                    {waiting_list(waiting.into(), refresh)}
                </Section>
                <Section id="day" title="Last 24 hours">
                    {move || view! { <PresencePanel chart=chart.get()/> }}
                </Section>
                {acts_section}
            </div>
            <aside class="stack">
                <RunningOperations/>
                {handover(notes, refresh)}
                <Section id="sites" title="Most silent" rule=true>
                    <SilentSites silent=silent/>
                </Section>
                <Section id="today" title="Today's windows" rule=true>
                    <TodaysWindows/>
                </Section>
                <Section id="stages" title="By stage" rule=true>
                    <StagesPanel census=census/>
                </Section>
            </aside>
        </div>
    }
    .into_any()
}
