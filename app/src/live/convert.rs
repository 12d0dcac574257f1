//! The server's half: from the hub's news to what travels.

use leptos::prelude::use_context;
use muster_core::time::Timestamp;
use muster_service::Hub;
use muster_service::live as hub;

use super::topic::Topic;
use super::wire::{Aspect, DeviceNews, Item, RowNews};
use crate::rpc::home::read::{census_news, event_view};

/// The topics of a stream as the hub knows them.
pub fn service_topics(topics: Vec<Topic>) -> Vec<hub::Topic> {
    let topics = topics.into_iter().map(|topic| match topic {
        Topic::Rows(ids) => hub::Topic::Rows(ids),
        Topic::Census => hub::Topic::Census,
        Topic::Device(id) => hub::Topic::Device(id),
        Topic::Events => hub::Topic::Events,
        Topic::Operations => hub::Topic::Operations,
        Topic::Operation(id) => hub::Topic::Operation(id),
        Topic::Approvals => hub::Topic::Approvals,
        Topic::Books => hub::Topic::Books,
        Topic::Alerts => hub::Topic::Alerts,
    });
    topics.collect()
}

/// News at `now`, as the stream carries them: [`Item::kind`] is the name of the SSE event, [`Item::data`] its data.
pub fn encode(item: hub::LiveItem, now: Timestamp) -> Item {
    match item {
        hub::LiveItem::Rows(rows) => Item::Rows(rows.into_iter().map(row).collect()),
        hub::LiveItem::Census(census) => Item::Census(census_news(&census, now.millis())),
        hub::LiveItem::Device { id, aspects } => Item::Device(DeviceNews {
            id,
            aspects: aspects.into_iter().map(aspect).collect(),
        }),
        hub::LiveItem::Events(events) => Item::Events(events.into_iter().map(event_view).collect()),
        hub::LiveItem::Operation(id) => Item::Operations(vec![id]),
        // The list names none: a scope may hide some.
        hub::LiveItem::Operations => Item::Operations(Vec::new()),
        hub::LiveItem::Approvals => Item::Approvals,
        hub::LiveItem::Books => Item::Books,
        hub::LiveItem::Alerts => Item::Alerts,
        hub::LiveItem::Resync => Item::Resync,
    }
}

fn row(hub::RowNews { row, values }: hub::RowNews) -> RowNews {
    RowNews {
        values,
        id: row.entry.id,
        status: row.entry.status,
        stage: row.entry.stage,
        contact: row.contact,
        connected: row.entry.connected,
        last_activity_ms: row.entry.last_activity_at.map(Timestamp::millis),
        drift: row.entry.drift,
    }
}

fn aspect(aspect: hub::Aspect) -> Aspect {
    match aspect {
        hub::Aspect::Identity => Aspect::Identity,
        hub::Aspect::Presence => Aspect::Presence,
        hub::Aspect::Twin => Aspect::Twin,
        hub::Aspect::Telemetry => Aspect::Telemetry,
        hub::Aspect::Event => Aspect::Event,
        hub::Aspect::Deleted => Aspect::Deleted,
    }
}

/// The newest news that a page rendered now contains.
pub(super) fn position() -> u64 {
    use_context::<Hub>().map_or(0, |hub| hub.live_position())
}
