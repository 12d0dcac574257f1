//! The fleet in ranks and numbers, each number a link to its devices.

use leptos::prelude::*;
use muster_core::contact::Contact;
use muster_core::lifecycle::Stage;

use super::filters;
use crate::format;
use crate::live::wire::CensusNews;
use crate::reactive::dynamic;
use crate::ui::{Count, Legend, Look, RollCall, RollPart, Section, Stamp, State, per_cell};

/// The words of contact as parts of a roll call.
pub fn roll_parts(census: &CensusNews) -> Vec<RollPart> {
    Contact::ALL
        .into_iter()
        .map(|contact| RollPart {
            look: Look::from(contact),
            n: census.contact(contact),
            href: Some(filters::href(&filters::contact_is(contact))),
        })
        .collect()
}

/// The roll call of the fleet in service.
#[component]
pub fn RollCallPanel(
    /// The counts.
    #[prop(into)]
    census: Signal<CensusNews>,
) -> impl IntoView {
    let parts = Signal::derive(move || census.with(roll_parts));
    let total = Signal::derive(move || census.with(|census| census.in_service));
    let href = census.with_untracked(filters::in_service_href);
    let count = move || {
        view! {
            <Count n=total href=href/>
            {move || if total.get() == 1 { " device" } else { " devices" }}
        }
    };
    let end = move || {
        let cell = move || match per_cell(total.get()) {
            1 => "1 cell = 1 device".to_owned(),
            n => format!("1 cell = {} devices", format::count(n)),
        };
        view! {
            <span class="stamp">{dynamic(cell)}</span>
            <Stamp ms=Signal::derive(move || census.with(|census| census.at_ms))/>
        }
    };
    view! {
        <Section id="roll-call" title="Roll call" count=count end=end class="rollcall">
            <RollCall parts=parts/>
            <div class="mt-3"><Legend parts=parts/></div>
        </Section>
    }
    .into_any()
}

/// The share of the fleet in contact, as the beginning of a paragraph.
#[component]
pub fn InContact(
    /// The counts.
    #[prop(into)]
    census: Signal<CensusNews>,
) -> impl IntoView {
    let in_contact = Signal::derive(move || census.with(CensusNews::in_contact));
    let in_service = Signal::derive(move || census.with(|census| census.in_service));
    let silent = Signal::derive(move || census.with(|census| census.contact(Contact::Silent)));
    let all = census.with_untracked(filters::in_service_href);
    let rest = move || match silent.get() {
        0 => view! { <span>" None is silent."</span> }.into_any(),
        n => view! {
            <span>
                " "
                <Count n=silent href=filters::href(&filters::contact_is(Contact::Silent))/>
                {if n == 1 { " is silent." } else { " are silent." }}
            </span>
        }
        .into_any(),
    };
    view! {
        "In contact: "
        <Count n=in_contact href=filters::href(&filters::in_contact())/>
        " of "
        <Count n=in_service href=all/>
        {move || if in_service.get() == 1 { " device." } else { " devices." }}
        {dynamic(rest)}
    }
    .into_any()
}

/// The fleet by stage of life.
#[component]
pub fn StagesPanel(
    /// The counts.
    #[prop(into)]
    census: Signal<CensusNews>,
) -> impl IntoView {
    let rows = move || {
        Stage::ALL
            .into_iter()
            .map(|stage| (stage, census.with(|census| census.stage(stage))))
            .map(|(stage, n)| {
                let href = filters::href(&filters::stage_is(stage));
                view! {
                    <tr>
                        <th scope="row"><State look=Look::from(stage)/></th>
                        <td class="num"><Count n=n href=href/></td>
                    </tr>
                }
            })
            .collect_view()
    };
    view! {
        <table class="table">
            <thead class="sr-only">
                <tr><th scope="col">"Stage"</th><th scope="col">"Devices"</th></tr>
            </thead>
            <tbody>{dynamic(rows)}</tbody>
        </table>
    }
    .into_any()
}
