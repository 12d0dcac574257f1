//! The presence of the fleet in a strip of figures.

use leptos::prelude::*;
use muster_core::contact::Contact;

use crate::format;
use crate::live::wire::CensusNews;
use crate::panels::filters;
use crate::ui::{Count, Fact, Facts};

/// Five figures: in service, connected, in contact, silent, drift.
#[component]
pub(super) fn PresenceFacts(
    /// The counts.
    #[prop(into)]
    census: Signal<CensusNews>,
) -> impl IntoView {
    let number = move |read: fn(&CensusNews) -> u64| Signal::derive(move || census.with(read));
    let note =
        move |write: fn(&CensusNews) -> String| Signal::derive(move || Some(census.with(write)));
    let in_service = census.with_untracked(filters::in_service_href);
    view! {
        <Facts class="figs--sup">
            <Fact term="In service" icon="i-fleet" note=note(|c| share("connected", c.connected, c))>
                <Count n=number(|c| c.in_service) href=in_service/>
            </Fact>
            <Fact term="Connected now" icon="i-signal" note=note(|_| "with an open connection".to_owned())>
                <Count n=number(|c| c.connected) href=filters::href(&filters::connected())/>
            </Fact>
            <Fact term="Overdue" icon="s-overdue" note=note(|_| "missed one or two contacts".to_owned())>
                <Count
                    n=number(|c| c.contact(Contact::Overdue))
                    href=filters::href(&filters::contact_is(Contact::Overdue))
                />
            </Fact>
            <Fact term="Silent" icon="s-silent" note=note(|c| share("of the fleet", c.contact(Contact::Silent), c))>
                <Count
                    n=number(|c| c.contact(Contact::Silent))
                    href=filters::href(&filters::contact_is(Contact::Silent))
                />
            </Fact>
            <Fact term="Drift" icon="s-drift" note=note(|_| "reported differs from desired".to_owned())>
                <Count n=number(|c| c.drift) href=filters::href(&filters::drifting())/>
            </Fact>
        </Facts>
    }
    .into_any()
}

fn share(of_what: &str, part: u64, census: &CensusNews) -> String {
    format!("{} {of_what}", format::share(part, census.in_service))
}
