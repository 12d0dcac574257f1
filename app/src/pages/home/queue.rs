//! The operator's home: what needs a person, most urgent first.

use leptos::prelude::*;

use super::needs::NeedsTable;
use crate::clock::use_now;
use crate::live::wire::{CensusNews, EventView};
use crate::live::{Item, Topic, use_live};
use crate::panels::census::RollCallPanel;
use crate::panels::events::EventList;
use crate::panels::first_device::FirstDevice;
use crate::panels::handover::handover;
use crate::panels::loaded::loaded;
use crate::panels::needs::{headline, needs};
use crate::panels::operations::RunningOperations;
use crate::panels::presence::PresencePanel;
use crate::panels::refresh::use_refreshed;
use crate::reactive::effect_of_change;
use crate::rpc::data::Data;
use crate::rpc::home::{Queue, read_queue};
use crate::shell::Page;
use crate::ui::{PageHead, Section};

/// Events that stay in the list while new ones come.
const MAX_EVENTS: usize = 12;

/// `/queue`
#[component]
pub fn QueuePage() -> impl IntoView {
    let data = Data::new(|| (), |()| read_queue());
    view! {
        <Page title="Queue">
            {loaded(data, |queue| view! { <QueueBody queue=queue/> }.into_any())}
        </Page>
    }
    .into_any()
}

#[component]
fn QueueBody(queue: Queue) -> impl IntoView {
    let census = RwSignal::new(queue.census.clone());
    let events = RwSignal::new(queue.events.clone());
    let (queue, refresh) = use_refreshed(queue, read_queue);
    effect_of_change(move |changed| {
        let (newest, latest) = queue.with(|queue| (queue.census.clone(), queue.events.clone()));
        if changed {
            census.set(newest);
            events.set(latest);
        }
    });
    use_live(
        || vec![Topic::Census, Topic::Events],
        move |item| match item {
            Item::Census(news) => {
                // Which sites are silent is read again only when their number moved.
                if silent(news) != census.with_untracked(silent) {
                    refresh.ask();
                }
                census.set(news.clone());
            }
            Item::Events(news) => events.update(|events| add(events, news)),
            Item::Resync => refresh.ask(),
            _ => {}
        },
    );
    let lines = Memo::new(move |_| {
        let (sites, failed) = queue.with(|queue| {
            let silent = queue.silent.clone();
            let sites = silent.map(|silent| silent.groups);
            (sites.unwrap_or_default(), queue.failed.clone())
        });
        census.with(|census| needs(census, &sites, &failed))
    });
    let sentence = move || lines.with(|lines| census.with(|census| headline(lines, census)));
    let empty =
        Memo::new(move |_| census.with(|census| census.stages.iter().all(|(_, n)| *n == 0)));
    let chart = Memo::new(move |_| queue.with(|queue| queue.presence.clone()));
    let notes = Memo::new(move |_| queue.with(|queue| queue.notes.clone()));
    let now = use_now();
    view! {
        <PageHead title="Your queue" facts=move || sentence/>
        {move || empty.get().then(|| view! { <FirstDevice/> })}
        <RollCallPanel census=census/>
        <div class="cols mt-8">
            <div class="stack">
                <Section id="needs" title="Needs you">
                    <NeedsTable needs=lines/>
                </Section>
                <Section id="day" title="Last 24 hours" rule=true>
                    {move || view! { <PresencePanel chart=chart.get()/> }}
                </Section>
            </div>
            <aside class="stack">
                <RunningOperations/>
                {handover(notes, refresh)}
                <Section id="events" title="Latest" rule=true>
                    <EventList events=events now=now name_devices=true/>
                </Section>
            </aside>
        </div>
    }
    .into_any()
}

fn silent(census: &CensusNews) -> u64 {
    census.contact(muster_core::contact::Contact::Silent)
}

/// Puts news, oldest first, before what is there, newest first.
fn add(events: &mut Vec<EventView>, news: &[EventView]) {
    let newest = events.first().map_or(i64::MIN, |event| event.seq);
    for event in news.iter().filter(|event| event.seq > newest) {
        events.insert(0, event.clone());
    }
    events.truncate(MAX_EVENTS);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::wire::Cause;
    use muster_core::event::EventKind;

    fn event(seq: i64) -> EventView {
        EventView {
            seq,
            at_ms: seq,
            device: None,
            cause: Cause::Hub,
            kind: EventKind::Connected,
            detail: serde_json::Value::Null,
        }
    }

    #[test]
    fn news_come_first_and_only_once() {
        let mut events: Vec<_> = [3, 2].map(event).into();
        add(&mut events, &[2, 3, 4, 5].map(event));
        let order = |events: &[EventView]| events.iter().map(|event| event.seq).collect::<Vec<_>>();
        assert_eq!(order(&events), [5, 4, 3, 2]);
        add(&mut events, &(6..40).map(event).collect::<Vec<_>>());
        assert_eq!(events.len(), MAX_EVENTS);
        assert_eq!(events[0].seq, 39);
    }
}
