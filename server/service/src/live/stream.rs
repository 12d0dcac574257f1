//! One page's stream: what it shows, narrowed to what its person sees.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use muster_core::event::Event;
use muster_core::ids::{DeviceId, OperationId, PersonId};
use muster_core::policy::Action;
use muster_index::{Census, Row};
use muster_query::Condition;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::time::Instant;

use super::{Aspect, Live, MAX_STREAMS, MAX_STREAMS_PER_PERSON, Tick, lock};
use crate::access::Access;
use crate::error::ServiceError;
use crate::hub::Hub;

/// Most rows one page follows.
pub const MAX_ROWS: usize = 100;

/// Shortest time between two censuses of one stream: a census looks at every device.
const CENSUS_EVERY: Duration = Duration::from_secs(1);

/// Longest time between two censuses: words of contact change by the passing of time alone.
const CENSUS_AT_LEAST: Duration = Duration::from_secs(10);

/// Something a page shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Topic {
    /// These rows of a list; at most [`MAX_ROWS`].
    Rows(Vec<DeviceId>),
    /// The counts of the whole visible fleet.
    Census,
    /// Everything about one device.
    Device(DeviceId),
    /// The latest notable events.
    Events,
    /// One bulk operation.
    Operation(OperationId),
    /// All bulk operations.
    Operations,
    /// What waits for approval.
    Approvals,
    /// Windows, calendars, places and firmware: what everybody sees alike.
    Books,
    /// Alerts that are open.
    Alerts,
}

/// A device of a list as it is now.
#[derive(Clone, PartialEq, Debug)]
pub struct RowNews {
    /// The device.
    pub row: Row,
    /// Whether its twin or its connection changed: what a list shows of them is to be read again.
    pub values: bool,
}

/// News for a page.
#[derive(Clone, PartialEq, Debug)]
pub enum LiveItem {
    /// Followed rows as they are now.
    Rows(Vec<RowNews>),
    /// The counts as they are now.
    Census(Box<Census>),
    /// Sides of a followed device that changed.
    Device {
        /// Which.
        id: DeviceId,
        /// What changed; read it again.
        aspects: Vec<Aspect>,
    },
    /// New events, oldest first.
    Events(Vec<Event>),
    /// A followed operation changed, or some of its targets: read it again.
    Operation(OperationId),
    /// Operations changed, or some of their targets: read the list again.
    Operations,
    /// Something was asked for or decided: read again what waits.
    Approvals,
    /// A window, a calendar, a place or firmware changed: read them again.
    Books,
    /// Alerts or their rules changed: read again what is open.
    Alerts,
    /// Something was missed: read the whole page again.
    Resync,
}

/// A page's stream of news. Dropping it ends it.
#[derive(Debug)]
pub struct LiveStream {
    hub: Hub,
    access: Access,
    topics: Vec<Topic>,
    receiver: broadcast::Receiver<Arc<Tick>>,
    waiting: VecDeque<(u64, LiveItem)>,
    census_wanted: bool,
    census_at: Instant,
    last: u64,
}

impl Hub {
    /// Opens a stream for a page. `after` is the id of the last news it has seen, when it reconnects.
    pub fn subscribe_live(
        &self,
        access: &Access,
        topics: Vec<Topic>,
        after: Option<u64>,
    ) -> Result<LiveStream, ServiceError> {
        let rows_ok = topics
            .iter()
            .all(|t| !matches!(t, Topic::Rows(ids) if ids.len() > MAX_ROWS));
        if !rows_ok {
            return Err(ServiceError::Invalid(
                "a page follows at most 100 rows".into(),
            ));
        }
        let live = self.live();
        count_in(live, access.person().map(|p| p.id))?;
        // Subscribed before the past is read, so that nothing falls between.
        let receiver = live.sender.subscribe();
        let mut stream = LiveStream {
            hub: self.clone(),
            access: access.clone(),
            topics,
            receiver,
            waiting: VecDeque::new(),
            census_wanted: false,
            census_at: Instant::now(),
            last: after.unwrap_or(0),
        };
        if let Some(after) = after {
            stream.catch_up(after);
        }
        Ok(stream)
    }
}

impl LiveStream {
    /// The next news with its id; `None` when the hub stops or the person may not look any more.
    pub async fn next(&mut self) -> Option<(u64, LiveItem)> {
        loop {
            if let Some(item) = self.waiting.pop_front() {
                return Some(item);
            }
            let census_due = self.census_at
                + if self.census_wanted {
                    CENSUS_EVERY
                } else {
                    CENSUS_AT_LEAST
                };
            tokio::select! {
                () = self.hub.stopping().cancelled() => return None,
                () = tokio::time::sleep_until(census_due), if self.topics.contains(&Topic::Census) => self.add_census(),
                tick = self.receiver.recv() => match tick {
                    Ok(tick) if tick.id <= self.last => {}
                    Ok(tick) => {
                        if tick.marks.people && !self.ask_again().await {
                            return None;
                        }
                        self.add(&tick);
                    }
                    Err(RecvError::Lagged(_)) => self.waiting.push_back((self.last, LiveItem::Resync)),
                    Err(RecvError::Closed) => return None,
                },
            }
        }
    }

    fn catch_up(&mut self, after: u64) {
        let hub = self.hub.clone();
        let recent = lock(&hub.live().recent);
        let newest = hub.live().last.load(std::sync::atomic::Ordering::Relaxed);
        let known = recent.front().is_some_and(|tick| tick.id <= after + 1) || after == newest;
        if !known || after > newest {
            self.last = newest;
            self.waiting.push_back((newest, LiveItem::Resync));
            return;
        }
        for tick in recent.iter().filter(|tick| tick.id > after) {
            self.add(tick);
        }
    }

    /// After accounts changed: may this person still look, and at what?
    async fn ask_again(&mut self) -> bool {
        let Some(person) = self.access.person() else {
            return true;
        };
        match self.hub.access_of(person.id).await {
            Ok(Some(access)) => {
                self.access = access;
                true
            }
            _ => false,
        }
    }

    fn add(&mut self, tick: &Tick) {
        self.last = tick.id;
        if tick.marks.everything {
            self.waiting.push_back((tick.id, LiveItem::Resync));
            return;
        }
        let scope = self.access.scope(Action::SeeDevices);
        let now = self.hub.now();
        for topic in &self.topics {
            let item = match topic {
                Topic::Approvals => tick.marks.approvals.then_some(LiveItem::Approvals),
                Topic::Books => tick.marks.books.then_some(LiveItem::Books),
                Topic::Alerts => tick.marks.alerts.then_some(LiveItem::Alerts),
                Topic::Census => {
                    self.census_wanted |= !tick.marks.devices.is_empty();
                    None
                }
                Topic::Rows(ids) => {
                    let news = |id: &DeviceId| {
                        let aspects = tick.marks.devices.get(id)?;
                        Some(RowNews {
                            row: self.hub.index().get(id, &scope, now)?,
                            values: aspects
                                .iter()
                                .any(|aspect| matches!(aspect, Aspect::Twin | Aspect::Presence)),
                        })
                    };
                    let rows: Vec<RowNews> = ids.iter().filter_map(news).collect();
                    (!rows.is_empty()).then_some(LiveItem::Rows(rows))
                }
                Topic::Device(id) => tick.marks.devices.get(id).and_then(|aspects| {
                    let gone = aspects.contains(&Aspect::Deleted);
                    (gone || self.hub.index().in_scope(id, &scope, now)).then(|| LiveItem::Device {
                        id: id.clone(),
                        aspects: aspects.clone(),
                    })
                }),
                Topic::Operation(id) => {
                    let changed = tick.marks.operations.contains(id);
                    changed.then_some(LiveItem::Operation(*id))
                }
                Topic::Operations => {
                    let changed = !tick.marks.operations.is_empty();
                    changed.then_some(LiveItem::Operations)
                }
                Topic::Events => {
                    let visible = |event: &&Event| {
                        let device = event.device.as_ref();
                        device.is_some_and(|id| self.hub.index().in_scope(id, &scope, now))
                    };
                    let events: Vec<Event> =
                        tick.marks.events.iter().filter(visible).cloned().collect();
                    (!events.is_empty()).then_some(LiveItem::Events(events))
                }
            };
            self.waiting.extend(item.map(|item| (tick.id, item)));
        }
    }

    fn add_census(&mut self) {
        self.census_wanted = false;
        self.census_at = Instant::now();
        let census = self.hub.census(&self.access, &Condition::all());
        self.waiting
            .push_back((self.last, LiveItem::Census(Box::new(census))));
    }
}

impl Drop for LiveStream {
    fn drop(&mut self) {
        let person = self.access.person().map(|p| p.id);
        let mut streams = self.hub.live().lock_streams();
        if let Some(count) = streams.get_mut(&person) {
            *count -= 1;
            if *count == 0 {
                streams.remove(&person);
            }
        }
    }
}

fn count_in(live: &Live, person: Option<PersonId>) -> Result<(), ServiceError> {
    let mut streams = live.lock_streams();
    let all: usize = streams.values().sum();
    let own = streams.get(&person).copied().unwrap_or(0);
    if own >= MAX_STREAMS_PER_PERSON || all >= MAX_STREAMS {
        return Err(ServiceError::Busy("open pages"));
    }
    *streams.entry(person).or_default() += 1;
    Ok(())
}
