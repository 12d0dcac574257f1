//! What open pages are told: changes, gathered for a moment, then sent to whoever looks at them.
//!
//! The writer only marks what is dirty. A ticker takes the marks four times a second and broadcasts them once; each
//! stream picks what its page shows and its person may see. So a thousand pages cost a thousand looks per tick, not a
//! thousand times the traffic of the fleet.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use muster_core::event::{Event, EventKind};
use muster_core::ids::{DeviceId, OperationId, PersonId};
use muster_storage::{Change, Committed};
use tokio::sync::broadcast;

use crate::hub::Hub;

mod stream;

pub use stream::{LiveItem, LiveStream, MAX_ROWS, RowNews, Topic};

/// Time in which changes are gathered: at most four messages per second and topic.
pub const GATHER: Duration = Duration::from_millis(250);

/// Ticks kept for pages that reconnect, and that a slow page may lag behind: 16 seconds.
const KEPT: usize = 64;

/// Devices marked in one tick; beyond it every page reads its snapshot again.
const MAX_MARKED: usize = 50_000;

/// Events carried by one tick; pages show fewer.
const MAX_EVENTS: usize = 50;

/// Open streams of one person: some twenty tabs.
pub const MAX_STREAMS_PER_PERSON: usize = 24;

/// Open streams in all.
pub const MAX_STREAMS: usize = 2_000;

/// A side of a device that changed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Aspect {
    /// Status, stage, credentials.
    Identity,
    /// Connected or no longer.
    Presence,
    /// Tags, desired or reported properties.
    Twin,
    /// A message came in.
    Telemetry,
    /// Something was done with it, or with a module of it, that changed none of these.
    Event,
    /// The device is gone.
    Deleted,
}

/// What changed within one moment.
#[derive(Clone, Debug, Default)]
struct Marks {
    devices: HashMap<DeviceId, Vec<Aspect>>,
    /// Notable events, newest last.
    events: VecDeque<Event>,
    /// More changed than can be listed.
    everything: bool,
    /// Operations that changed, or some of their targets.
    operations: BTreeSet<OperationId>,
    /// An account changed: streams ask again what their person may see.
    people: bool,
    /// Something waits for approval, or was decided.
    approvals: bool,
    /// A window, a calendar, a place or firmware changed.
    books: bool,
    /// Alerts or their rules changed.
    alerts: bool,
}

impl Marks {
    fn is_empty(&self) -> bool {
        self.devices.is_empty()
            && self.events.is_empty()
            && self.operations.is_empty()
            && !self.everything
            && !self.people
            && !self.approvals
            && !self.books
            && !self.alerts
    }

    fn mark(&mut self, id: &DeviceId, aspect: Aspect) {
        if self.everything {
            return;
        }
        if self.devices.len() >= MAX_MARKED && !self.devices.contains_key(id) {
            self.devices.clear();
            self.everything = true;
            return;
        }
        let aspects = self.devices.entry(id.clone()).or_default();
        if !aspects.contains(&aspect) {
            aspects.push(aspect);
        }
    }
}

/// One moment, as streams receive it.
#[derive(Debug)]
struct Tick {
    id: u64,
    marks: Marks,
}

/// The live feed of this process.
#[derive(Debug)]
pub(crate) struct Live {
    marks: Mutex<Marks>,
    recent: Mutex<VecDeque<Arc<Tick>>>,
    sender: broadcast::Sender<Arc<Tick>>,
    last: AtomicU64,
    streams: Mutex<HashMap<Option<PersonId>, usize>>,
}

impl Live {
    pub(crate) fn new() -> Self {
        Self {
            marks: Mutex::default(),
            recent: Mutex::default(),
            sender: broadcast::channel(KEPT).0,
            last: AtomicU64::new(0),
            streams: Mutex::default(),
        }
    }

    /// Marks what a commit changed. Runs in the writer: no waiting, no work beyond a few insertions.
    pub(crate) fn announce(&self, committed: &Committed) {
        let mut marks = lock(&self.marks);
        match &committed.change {
            Change::None => {
                for id in committed.events.iter().filter_map(|e| e.device.as_ref()) {
                    marks.mark(id, Aspect::Event);
                }
            }
            Change::People => marks.people = true,
            Change::Books(_) => marks.books = true,
            Change::Embed(_) => {}
            Change::Approvals => marks.approvals = true,
            Change::Alerts { .. } => {
                marks.alerts = true;
                for id in committed.events.iter().filter_map(|e| e.device.as_ref()) {
                    marks.mark(id, Aspect::Event);
                }
            }
            Change::AlertRules => marks.alerts = true,
            Change::Device(row) => marks.mark(&row.device.id, Aspect::Identity),
            Change::DeviceDeleted(id) => marks.mark(id, Aspect::Deleted),
            Change::Twin { id, .. } | Change::Configurations { id, .. } => {
                marks.mark(id, Aspect::Twin);
            }
            Change::Presence { id, .. } => marks.mark(id, Aspect::Presence),
            Change::Module { id, .. } => marks.mark(&id.device, Aspect::Event),
            Change::Activity { id, .. } => marks.mark(id, Aspect::Telemetry),
            Change::Operation { id, .. } => _ = marks.operations.insert(*id),
        }
        for event in committed.events.iter().filter(|e| is_notable(e.kind)) {
            marks.books |= is_of_books(event.kind);
            if marks.events.len() == MAX_EVENTS {
                marks.events.pop_front();
            }
            marks.events.push_back(event.clone());
        }
    }

    /// Sends the gathered marks until the hub stops.
    pub(crate) async fn run(hub: Hub) {
        let mut tick = tokio::time::interval(GATHER);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = hub.stopping().cancelled() => return,
                _ = tick.tick() => hub.live().send(),
            }
        }
    }

    fn send(&self) {
        let marks = std::mem::take(&mut *lock(&self.marks));
        if marks.is_empty() {
            return;
        }
        let id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let tick = Arc::new(Tick { id, marks });
        let mut recent = lock(&self.recent);
        if recent.len() == KEPT {
            recent.pop_front();
        }
        recent.push_back(tick.clone());
        // Nobody listening is no failure.
        let _ = self.sender.send(tick);
    }

    fn lock_streams(&self) -> MutexGuard<'_, HashMap<Option<PersonId>, usize>> {
        lock(&self.streams)
    }
}

impl Hub {
    /// The id of the newest news: whatever is read from now on contains it. A page follows from there.
    pub fn live_position(&self) -> u64 {
        self.live().last.load(Ordering::Relaxed)
    }
}

/// What lists of latest events show: not what devices do all day.
fn is_of_books(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::FirmwareAdded | EventKind::FirmwareChanged | EventKind::FirmwareDeleted
    )
}

fn is_notable(kind: EventKind) -> bool {
    !matches!(
        kind,
        EventKind::Reported | EventKind::Connected | EventKind::Disconnected
    )
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
