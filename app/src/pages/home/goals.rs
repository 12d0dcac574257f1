//! The manager's home: how the fleet is, in sentences. Nothing to press.

use leptos::prelude::*;
use muster_core::contact::Contact;

use super::regions::RegionsTable;
use crate::format::{self, TimeStyle};
use crate::live::wire::CensusNews;
use crate::live::{Item, Topic, use_live};
use crate::panels::census::{InContact, RollCallPanel, StagesPanel};
use crate::panels::filters;
use crate::panels::loaded::loaded;
use crate::panels::presence::PresencePanel;
use crate::panels::refresh::use_refreshed;
use crate::reactive::dynamic;
use crate::rpc::data::Data;
use crate::rpc::home::{Goals, read_goals};
use crate::shell::Page;
use crate::ui::{Count, PageHead, Section, TimeStamp, ZoneName};

/// `/goals`
#[component]
pub fn GoalsPage() -> impl IntoView {
    let data = Data::new(|| (), |()| read_goals());
    view! {
        <Page title="Goals" class="goals">
            {loaded(data, |goals| view! { <GoalsBody goals=goals/> }.into_any())}
        </Page>
    }
    .into_any()
}

#[component]
fn GoalsBody(goals: Goals) -> impl IntoView {
    let (goals, refresh) = use_refreshed(goals, read_goals);
    use_live(
        || vec![Topic::Census],
        move |item| match item {
            // The numbers of a page that is read agree with each other, so all of them are read again.
            Item::Census(news) => {
                if goals.with_untracked(|goals| counts(&goals.census) != counts(news)) {
                    refresh.ask();
                }
            }
            Item::Resync => refresh.ask(),
            Item::Rows(_)
            | Item::Device(_)
            | Item::Events(_)
            | Item::Operations(_)
            | Item::Approvals
            | Item::Alerts => {}
        },
    );
    let census = Signal::derive(move || goals.with(|goals| goals.census.clone()));
    let chart = Memo::new(move |_| goals.with(|goals| goals.presence.clone()));
    let regions = Memo::new(move |_| goals.with(|goals| goals.regions.clone()));
    let as_of = Signal::derive(move || goals.with(|goals| goals.now));
    let title = Signal::derive(move || goals.with(|goals| title(&goals.census)));
    view! {
        <PageHead title=title facts=move || view! { <InContact census=census/> }/>
        <div class="kpis">
            <ContactFigure census=census/>
            <ChangeFigure census=census/>
        </div>
        <div class="mt-8"><RollCallPanel census=census/></div>
        <div class="cols mt-8">
            <div class="stack">
                <Section id="day" title="Last 24 hours">
                    {move || view! { <PresencePanel chart=chart.get()/> }}
                </Section>
                <Section id="regions" title="By region" rule=true>
                    <RegionsTable regions=regions/>
                </Section>
            </div>
            <aside class="stack">
                <Section id="stages" title="By stage of life">
                    <StagesPanel census=census/>
                </Section>
            </aside>
        </div>
        <footer class="goals-foot mt-6">
            <p class="meta">
                "As of "
                <TimeStamp ms=as_of style=TimeStyle::DateTime/>
                " "
                <ZoneName ms=as_of/>
                ". In contact are devices that report on schedule or sleep as planned; silent are those that missed "
                "three contacts or more. Planned and retired devices are left out, except in the table of stages."
            </p>
        </footer>
    }
    .into_any()
}

/// What must agree before and after; the moment of counting need not.
fn counts(census: &CensusNews) -> CensusNews {
    CensusNews {
        at_ms: 0,
        ..census.clone()
    }
}

/// The share of devices in contact.
#[component]
fn ContactFigure(#[prop(into)] census: Signal<CensusNews>) -> impl IntoView {
    let share = move || census.with(|census| format::share(census.in_contact(), census.in_service));
    let reporting =
        Signal::derive(move || census.with(|census| census.contact(Contact::Reporting)));
    let asleep = Signal::derive(move || census.with(|census| census.contact(Contact::Asleep)));
    view! {
        <article class="kpi">
            <header><h2>"Devices in contact"</h2></header>
            <p class="kpi-v">{dynamic(share)}</p>
            <p class="kpi-s">
                <Count n=reporting href=filters::href(&filters::contact_is(Contact::Reporting))/>
                " report on schedule, "
                <Count n=asleep href=filters::href(&filters::contact_is(Contact::Asleep))/>
                " sleep as planned."
            </p>
        </article>
    }
    .into_any()
}

/// The share of devices that are as they were asked to be.
#[component]
fn ChangeFigure(#[prop(into)] census: Signal<CensusNews>) -> impl IntoView {
    let share = move || {
        census.with(|census| {
            let as_asked = census.in_service.saturating_sub(census.drift);
            format::share(as_asked, census.in_service)
        })
    };
    let drift = Signal::derive(move || census.with(|census| census.drift));
    view! {
        <article class="kpi">
            <header><h2>"As configured"</h2></header>
            <p class="kpi-v">{dynamic(share)}</p>
            <p class="kpi-s">
                <Count n=drift href=filters::href(&filters::drifting())/>
                {move || if drift.get() == 1 { " device reports" } else { " devices report" }}
                " other values than were asked for."
            </p>
        </article>
    }
    .into_any()
}

/// The finding, as the title.
fn title(census: &CensusNews) -> String {
    let title = match (census.in_service, census.contact(Contact::Silent)) {
        (0, _) => "There are no devices in service yet",
        (all, _) if census.in_contact() == all => "Every device is in contact",
        (_, 0) => "No device is silent",
        (all, silent) if silent * 100 < all => "Nearly every device is in contact",
        (all, silent) if silent * 10 < all => "Some devices are silent",
        _ => "Many devices are silent",
    };
    title.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_is_the_finding() {
        let check = |contacts: &[(Contact, u64)], want: &str| {
            let census = CensusNews {
                in_service: contacts.iter().map(|(_, n)| n).sum(),
                contacts: contacts.to_vec(),
                ..CensusNews::default()
            };
            assert_eq!(title(&census), want);
        };
        check(&[], "There are no devices in service yet");
        check(
            &[(Contact::Reporting, 9), (Contact::Asleep, 1)],
            "Every device is in contact",
        );
        check(
            &[(Contact::Reporting, 9), (Contact::Overdue, 1)],
            "No device is silent",
        );
        check(
            &[(Contact::Reporting, 999), (Contact::Silent, 1)],
            "Nearly every device is in contact",
        );
        check(
            &[(Contact::Reporting, 95), (Contact::Silent, 5)],
            "Some devices are silent",
        );
        check(
            &[(Contact::Reporting, 5), (Contact::Silent, 5)],
            "Many devices are silent",
        );
    }
}
