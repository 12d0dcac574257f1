//! The page: the week, then windows and calendars in words.

use leptos::form::ActionForm;
use leptos::prelude::*;
use muster_core::policy::Action;

use super::AreaTabs;
use super::figure::figure;
use super::hours::table;
use crate::error::AppError;
use crate::pages::person::FormError;
use crate::reactive::effect_of_change;
use crate::routes;
use crate::rpc::windows::{SetZone, Week, ZoneView};
use crate::session::use_session;
use crate::ui::{
    Button, ButtonKind, ButtonSize, EmptyState, LinkButton, Note, PageHead, Section, TextField,
};

/// The page of a week.
#[component]
pub(super) fn Windows(
    /// What was read.
    week: Week,
) -> impl IntoView {
    let may = use_session()
        .me_now()
        .is_some_and(|me| me.can(Action::KeepWindows));
    let new = move || {
        may.then(|| view! {
            <LinkButton href=routes::sheet(routes::WINDOWS, routes::NEW) kind=ButtonKind::Primary icon="i-plus">
                "New window"
            </LinkButton>
            <LinkButton href=routes::sheet(routes::CALENDARS, routes::NEW) icon="i-plus">
                "New calendar"
            </LinkButton>
        })
    };
    let empty = week.windows.is_empty() && week.calendars.is_empty();
    let body = if empty {
        view! {
            <EmptyState title="No windows yet" first_time=true>
                "A window says when devices may be touched, each by its own clock. Bulk operations wait for it."
            </EmptyState>
        }
        .into_any()
    } else {
        shown(&week, may)
    };
    view! {
        <PageHead
            title="Windows"
            facts=|| "Bulk operations touch a device only while its window is open, by the device's own clock."
            actions=new
        />
        <AreaTabs at=routes::WINDOWS/>
        <div class="stack mt-6">
            {body}
            {fleet_zone(week.fleet_zone, &week.zones, may)}
        </div>
    }
    .into_any()
}

fn shown(week: &Week, may: bool) -> AnyView {
    let clock = week.clock.clone().map(|words| {
        view! {
            <Note>
                {words}
                " A window opens when the clock first reads its start or later, and closes when it first reads its end or later: \
                 an hour that is skipped is not there, and an end in the hour that comes twice is its first time."
            </Note>
        }
    });
    let (heading, steps, form) = (
        ["Week in ", &week.zone].concat(),
        steps(week).into_any(),
        zone_form(week).into_any(),
    );
    let (drawn, windows, calendars) = (
        figure(week),
        table(&week.windows, routes::WINDOWS, may),
        table(&week.calendars, routes::CALENDARS, may),
    );
    view! {
        <section class="sec" aria-labelledby="week">
            <div class="sec-h">
                <h2 id="week">{heading}</h2>
                <span class="end">{steps}</span>
            </div>
            {form}
            {drawn}
            {clock}
        </section>
        <Section id="windows" title="Windows">{windows}</Section>
        <Section id="calendars" title="Service hours" rule=true>{calendars}</Section>
    }
    .into_any()
}

/// To the weeks before and after.
fn steps(week: &Week) -> impl IntoView + use<> {
    let to = |day: &str| {
        format!(
            "{}?zone={}&week={}",
            routes::WINDOWS,
            routes::encode(&week.zone),
            routes::encode(day)
        )
    };
    view! {
        <LinkButton href=to(&week.before) size=ButtonSize::Small icon="i-chev-l">"Earlier"</LinkButton>
        <LinkButton href=to("") size=ButtonSize::Small>"This week"</LinkButton>
        <LinkButton href=to(&week.after) size=ButtonSize::Small icon="i-chev-r">"Later"</LinkButton>
    }
}

/// The zone in which the week is seen.
fn zone_form(week: &Week) -> impl IntoView + use<> {
    let zones = week
        .zones
        .iter()
        .map(|zone| view! { <option value=zone.name.clone()></option> });
    view! {
        <form class="row mb-4" method="get" action=routes::WINDOWS>
            <label class="label" for="week-zone">"As the clock shows it in"</label>
            <input
                class="input input--s week-zone"
                id="week-zone"
                name="zone"
                value=week.zone.clone()
                list="week-zones"
                autocomplete="off"
                spellcheck="false"
            />
            <datalist id="week-zones">{zones.collect_view()}</datalist>
            <Button submit=true size=ButtonSize::Small>"Show"</Button>
        </form>
    }
}

/// Where the devices are, and the zone of those that do not say.
fn fleet_zone(zone: String, zones: &[ZoneView], may: bool) -> impl IntoView + use<> {
    let of_devices = zones.iter().filter(|zone| zone.devices > 0).map(|zone| {
        let count = crate::format::count(zone.devices);
        view! {
            <li>
                <a class="n" href=zone.href.clone()>{count}</a>
                " in "
                {zone.name.clone()}
            </li>
        }
    });
    let of_devices = of_devices.collect_view();
    let form = may.then(|| view! { <ZoneForm zone=zone.clone()/> });
    view! {
        <Section id="zones" title="Time zones of the fleet" rule=true>
            <p class="lede">
                "A device is in the zone that " <code>"tags.location.timezone"</code>
                " names, else in that of the place its site is, else in " {zone} "."
            </p>
            <ul class="week-zones">{of_devices}</ul>
            {form}
        </Section>
    }
}

#[component]
fn ZoneForm(zone: String) -> impl IntoView {
    let action = ServerAction::<SetZone>::new();
    let error = Signal::derive(move || action.value().get().and_then(Result::err));
    let of_field = Signal::derive(move || error.with(|error| error.as_ref()?.of_field("zone")));
    let whole =
        Signal::derive(move || error.get().filter(|error: &AppError| !error.is_of_fields()));
    let said = RwSignal::new(false);
    effect_of_change(move |changed| {
        let done = action.value().with(|answer| matches!(answer, Some(Ok(()))));
        said.set(changed && done);
    });
    view! {
        <ActionForm action=action>
            <div class="person-form mt-4">
                <FormError error=whole/>
                <TextField
                    id="fleet-zone"
                    name="zone"
                    label="Zone of devices that name none"
                    value=zone
                    hint=Some("A name of the time zone database, such as Europe/Berlin.".to_owned())
                    error=of_field
                />
                <div class="row">
                    <Button submit=true>"Change the zone"</Button>
                    <span class="meta" role="status">{move || said.get().then_some("Changed.")}</span>
                </div>
            </div>
        </ActionForm>
    }
}
