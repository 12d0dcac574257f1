//! The manager's home: how the fleet is, in sentences. Nothing to press.

use leptos::prelude::*;
use muster_core::contact::Contact;

use super::regions::RegionsTable;
use crate::charts::Sparkline;
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
use crate::rpc::home::{Availability, Goals, read_goals};
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
            Item::Census(news)
                if goals.with_untracked(|goals| counts(&goals.census) != counts(news)) =>
            {
                refresh.ask();
            }
            Item::Resync => refresh.ask(),
            _ => {}
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
            {availability_figure(goals)}
            <ChangeFigure census=census/>
            {firmware_figure(goals)}
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

/// The share of the last thirty days in contact, with its days and the thirty days before.
fn availability_figure(goals: RwSignal<Goals>) -> AnyView {
    let both =
        Memo::new(move |_| goals.with(|goals| (goals.availability.clone(), goals.before.clone())));
    let figure = move || {
        let (Some(last), before) = both.get() else {
            return view! { <p class="kpi-s">"Not sampled yet. The first sample is taken within five minutes of the start."</p> }
                .into_any();
        };
        let label = format!("Share of devices in contact, {} days", last.days.len());
        let days = Signal::stored(last.days.clone());
        view! {
            <div class="kpi-m">
                <p class="kpi-v">{format::share(last.in_contact, last.in_service)}</p>
                <Sparkline values=days label=label/>
            </div>
            <p class="kpi-s">{over_time(&last, before.as_ref())}</p>
        }
        .into_any()
    };
    kpi("In contact over 30 days", dynamic(figure))
}

/// The share in words, with what it is compared with.
fn over_time(last: &Availability, before: Option<&Availability>) -> String {
    let points = |all: &Availability| all.in_contact as f64 / all.in_service as f64 * 100.0;
    let hours = format::plural(last.hours, "hour", "hours");
    let compared = match before.map(|before| points(last) - points(before)) {
        None => "The 30 days before were not sampled.".to_owned(),
        Some(change) if change.abs() < 0.05 => "As in the 30 days before.".to_owned(),
        Some(change) if change > 0.0 => {
            format!(
                "{} points more than in the 30 days before.",
                format::decimal(change, 1)
            )
        }
        Some(change) => {
            format!(
                "{} points less than in the 30 days before.",
                format::decimal(-change, 1)
            )
        }
    };
    format!("Counted at the worst moment of each of {hours}. {compared}")
}

/// The share of devices that run nothing that was withdrawn.
fn firmware_figure(goals: RwSignal<Goals>) -> AnyView {
    let both =
        Memo::new(move |_| goals.with(|goals| (goals.withdrawn.clone(), goals.census.in_service)));
    let figure = move || {
        let (withdrawn, all) = both.get();
        let good = all.saturating_sub(withdrawn.devices);
        let words = match (withdrawn.versions, withdrawn.devices) {
            (0, _) => "No version of the firmware here is withdrawn.".into_any(),
            (_, 0) => "No device runs a version that was withdrawn.".into_any(),
            (_, n) => view! {
                <Count n=n href=withdrawn.href/>
                {if n == 1 { " device runs" } else { " devices run" }}
                " a version that was withdrawn."
            }
            .into_any(),
        };
        view! {
            <p class="kpi-v">{format::share(good, all)}</p>
            <p class="kpi-s">{words}</p>
        }
        .into_any()
    };
    kpi("Without withdrawn firmware", dynamic(figure))
}

fn kpi(title: &'static str, body: AnyView) -> AnyView {
    view! {
        <article class="kpi">
            <header><h2>{title}</h2></header>
            {body}
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
    fn shares_of_times_are_compared_in_words() {
        let of = |in_contact| Availability {
            in_contact,
            in_service: 1_000,
            hours: 720,
            days: Vec::new(),
        };
        let check = |before: Option<u64>, want: &str| {
            let words = over_time(&of(970), before.map(of).as_ref());
            let counted = "Counted at the worst moment of each of 720 hours. ";
            assert_eq!(words.strip_prefix(counted), Some(want));
        };
        check(None, "The 30 days before were not sampled.");
        check(Some(970), "As in the 30 days before.");
        check(Some(955), "1.5 points more than in the 30 days before.");
        check(Some(990), "2.0 points less than in the 30 days before.");
    }

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
