//! The door to the fleet in memory.

use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use muster_core::configuration::Status as Configured;
use muster_core::contact::Contact;
use muster_core::cursor::{BadCursor, Direction, MAX_PAGE, Page};
use muster_core::device::{AuthKind, Status};
use muster_core::ids::{ConfigurationId, DeviceId};
use muster_core::lifecycle::Stage;
use muster_core::time::Timestamp;
use muster_core::twin::Object;
use muster_query::run::{Answered, TooManyGroups};
use muster_query::{Condition, Path, Place, Query, Scope};
use serde_json::Value;

use crate::filter::{Source, holds};
use crate::fleet::Fleet;
use crate::order::{By, Edge, Order};
use crate::scan::{Question, Scan};
use crate::snapshot::Snapshot;
use crate::{Census, Entry, PageQuery, Row, Scalar, Spread, TagPath, answer, counts, page, spread};

/// How a device keeps in touch, at a moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seen {
    /// Whether it has an open connection.
    pub connected: bool,
    /// Its last activity.
    pub last_activity_at: Option<Timestamp>,
    /// The word for it; judged only in service.
    pub contact: Option<Contact>,
    /// Whether desired and reported properties differ.
    pub drift: bool,
}

/// The fleet in memory. One writer, many readers; a reader holds the writer up only while it takes its pointers.
///
/// Scopes limit every answer: a device outside does not exist for the one who asks.
#[derive(Debug, Default)]
pub struct Index {
    fleet: RwLock<Fleet>,
}

impl Index {
    /// An empty fleet.
    pub fn new() -> Self {
        Self::default()
    }

    fn read(&self) -> RwLockReadGuard<'_, Fleet> {
        self.fleet
            .read()
            .expect("no writer of the index has panicked")
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Fleet> {
        self.fleet
            .write()
            .expect("no writer of the index has panicked")
    }

    /// Adds a device, or replaces all that is known about it. Fastest in the order of ids.
    pub fn upsert(&self, entry: &Entry) {
        self.write().upsert(entry);
    }

    /// Takes a device out; whether it was there.
    pub fn remove(&self, id: &DeviceId) -> bool {
        self.write().remove(id)
    }

    /// Replaces the tags; whether the device is known.
    pub fn set_tags(&self, id: &DeviceId, tags: &Object) -> bool {
        self.write().set_tags(id, tags)
    }

    /// Enables or disables; whether the device is known.
    pub fn set_status(&self, id: &DeviceId, status: Status) -> bool {
        self.write().change(id, |facts| facts.status = status)
    }

    /// Moves in life; whether the device is known.
    pub fn set_stage(&self, id: &DeviceId, stage: Stage, at: Timestamp) -> bool {
        self.write().change(id, |facts| {
            facts.stage = stage;
            facts.stage_at = at;
        })
    }

    /// Other credentials; whether the device is known.
    pub fn set_auth(&self, id: &DeviceId, auth: AuthKind) -> bool {
        self.write().change(id, |facts| facts.auth = auth)
    }

    /// Another model; whether the device is known.
    pub fn set_model(&self, id: &DeviceId, model_id: &str) -> bool {
        self.write().set_model(id, model_id)
    }

    /// Whether desired and reported differ; whether the device is known.
    pub fn set_drift(&self, id: &DeviceId, drift: bool) -> bool {
        self.write().change(id, |facts| facts.drift = drift)
    }

    /// Connected or gone, which is activity too; whether the device is known.
    pub fn set_presence(&self, id: &DeviceId, connected: bool, at: Timestamp) -> bool {
        self.write().change(id, |facts| {
            facts.connected = connected;
            facts.touch(at);
        })
    }

    /// Something came from the device; activity never moves back. Whether the device is known.
    pub fn touch(&self, id: &DeviceId, at: Timestamp) -> bool {
        self.write().change(id, |facts| facts.touch(at))
    }

    /// How many devices there are, in any stage.
    pub fn len(&self) -> usize {
        self.read().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        self.read().snapshot()
    }

    /// Where the columns of a path are.
    #[cfg(test)]
    pub(crate) fn at(&self, path: &Path) -> Option<crate::chunk::At> {
        match Source::of(path, &self.read()) {
            Source::Tag(code) => Some(crate::chunk::At::Tag(code)),
            Source::Used(code) => Some(crate::chunk::At::Used(code)),
            _ => None,
        }
    }

    /// How many distinct values are kept; none without devices.
    #[cfg(test)]
    pub(crate) fn values_held(&self) -> usize {
        self.read().dictionary().len()
    }

    /// Bytes it takes, roughly.
    pub fn memory(&self) -> usize {
        self.read().memory()
    }

    /// One device; `None` when it is unknown or outside the scope.
    pub fn get(&self, id: &DeviceId, scope: &Scope, now: Timestamp) -> Option<Row> {
        let fleet = self.read();
        let device = fleet.find(id, now)?;
        scope.contains(&device).then(|| device.row())
    }

    /// Whether the device is known and inside the scope.
    pub fn in_scope(&self, id: &DeviceId, scope: &Scope, now: Timestamp) -> bool {
        let fleet = self.read();
        fleet
            .find(id, now)
            .is_some_and(|device| scope.contains(&device))
    }

    /// Whether the device is known and the condition keeps it.
    pub fn matches(&self, id: &DeviceId, condition: &Condition, now: Timestamp) -> bool {
        let fleet = self.read();
        fleet
            .find(id, now)
            .is_some_and(|device| condition.eval(&device) == Some(true))
    }

    /// One page of a list of devices in any stage.
    pub fn page(
        &self,
        query: &PageQuery,
        scope: &Scope,
        now: Timestamp,
    ) -> Result<Page<Row>, BadCursor> {
        let question = Question {
            condition: &query.condition,
            text: &query.text,
            scope,
            now,
        };
        let fleet = self.read();
        let scan = Scan::new(&fleet, &question);
        let by = match Source::of(&query.sort.by.path(), &fleet) {
            Source::Id => By::Id,
            source => By::Source(source),
        };
        drop(fleet);
        page::page(&scan, query, by)
    }

    /// The next devices in the order of ids, at most [`MAX_PAGE`]: for exports, which go on from the last id.
    pub fn next_chunk(
        &self,
        after: Option<&DeviceId>,
        condition: &Condition,
        text: &str,
        scope: &Scope,
        now: Timestamp,
        limit: usize,
    ) -> Vec<Row> {
        let scan = self.scan(condition, text, scope, now);
        let order = Order {
            by: By::Id,
            descending: false,
            direction: Direction::Forward,
        };
        let edge = after.map(Edge::of_id);
        let places = order.pick(&scan, edge.as_ref(), limit.min(MAX_PAGE));
        page::rows(&scan, &places)
    }

    /// How many devices a list has, in any stage.
    pub fn count(&self, condition: &Condition, text: &str, scope: &Scope, now: Timestamp) -> usize {
        counts::count(&self.scan(condition, text, scope, now))
    }

    /// Whether the index knows the values at a path, so that it can decide conditions over it.
    pub fn holds(&self, path: &Path) -> bool {
        holds(path) || self.read().has_used(path)
    }

    /// The properties that there are columns of.
    pub fn used(&self) -> Vec<Path> {
        let fleet = self.read();
        let ready = fleet.used().iter().filter(|used| used.ready);
        ready.map(|used| used.path.clone()).collect()
    }

    /// Begins a column of a property that [`crate::can_use`] allows. Queries find it once it is finished.
    pub fn begin(&self, path: &Path) {
        self.write().begin_used(path);
    }

    /// Takes values that were read from storage after the column began.
    pub fn fill(&self, path: &Path, values: &[(impl AsRef<str>, Option<Value>)]) {
        self.write().fill_used(path, values);
    }

    /// Devices whose value changed while the column was built: to be read and filled in again.
    pub fn unsure(&self, path: &Path) -> Vec<DeviceId> {
        self.write().unsure(path)
    }

    /// Ends the building, unless values changed since [`Index::unsure`] was asked; whether it has ended.
    pub fn finish(&self, path: &Path) -> bool {
        self.write().finish_used(path)
    }

    /// Gives a column up. The writer waits for no more than a few chunks at once.
    pub fn forget(&self, path: &Path) {
        let code = self.write().forget_used(path);
        if let Some(code) = code {
            while self.write().clear_used(code) {}
        }
    }

    /// Gives columns up that were not used for longest, until the memory is within `most` bytes and there are at most
    /// [`crate::MAX_USED`] of them; never this one.
    pub fn make_room(&self, but: &Path, most: usize) {
        loop {
            let fleet = self.read();
            let fits = fleet.memory() <= most && fleet.used().len() <= crate::MAX_USED;
            let oldest = fleet.oldest_used(but);
            drop(fleet);
            match oldest {
                Some(oldest) if !fits => self.forget(&oldest),
                _ => return,
            }
        }
    }

    /// A device merged this into its reported properties.
    pub fn report(&self, id: &DeviceId, patch: &Value) {
        self.write().patch_used(id, true, patch);
    }

    /// These configurations cover a device now, and no others.
    pub fn cover(&self, id: &DeviceId, standing: &[(ConfigurationId, Configured)]) {
        self.write().cover_used(id, standing);
    }

    /// Desired properties were written: a patch was merged into them, or all of them are these now.
    pub fn write_desired(&self, id: &DeviceId, desired: &Value, replaced: bool) {
        let mut fleet = self.write();
        match desired {
            Value::Object(all) if replaced => {
                if let Ok(place) = fleet.place(id.as_str()) {
                    fleet.replace_desired(id, place, all);
                }
            }
            patch => fleet.patch_used(id, false, patch),
        }
    }

    /// A page of the answer to a query over the devices in the scope; `None` when a path is not held.
    pub fn answer(
        &self,
        query: &Query,
        scope: &Scope,
        now: Timestamp,
        after: Option<Place>,
        limit: usize,
    ) -> Result<Option<Answered>, TooManyGroups> {
        let question = Question {
            condition: &query.condition,
            text: "",
            scope,
            now,
        };
        let fleet = self.read();
        let known = |path: &Path| holds(path) || fleet.has_used(path);
        if !query.paths().iter().all(known) {
            return Ok(None);
        }
        let scan = Scan::new(&fleet, &question);
        let sources = answer::sources(query, &fleet);
        drop(fleet);
        answer::answer(&scan, &sources, query, after, limit).map(Some)
    }

    /// The next ids in order, at most `limit`, of devices in the scope that the condition keeps.
    pub fn next_ids(
        &self,
        after: Option<&str>,
        condition: &Condition,
        scope: &Scope,
        now: Timestamp,
        limit: usize,
    ) -> Vec<DeviceId> {
        let scan = self.scan(condition, "", scope, now);
        let order = Order {
            by: By::Id,
            descending: false,
            direction: Direction::Forward,
        };
        let edge = after.map(Edge::of_text);
        let places = order.pick(&scan, edge.as_ref(), limit);
        let id = |place| DeviceId::new(scan.snapshot.id(place));
        places
            .into_iter()
            .filter_map(|place| id(place).ok())
            .collect()
    }

    /// What changes about a device without its document; `None` when it is unknown.
    pub fn seen(&self, id: &DeviceId, now: Timestamp) -> Option<Seen> {
        let fleet = self.read();
        let device = fleet.find(id, now)?;
        Some(device.seen())
    }

    /// The figures of a part of the fleet.
    pub fn census(&self, condition: &Condition, scope: &Scope, now: Timestamp) -> Census {
        counts::census(&self.scan(condition, "", scope, now))
    }

    /// How many devices have which value at a path, most first, at most [`crate::MAX_GROUPS`]. `None` stands for no
    /// value, or none that can be compared.
    pub fn group(
        &self,
        condition: &Condition,
        path: &Path,
        scope: &Scope,
        now: Timestamp,
        limit: usize,
    ) -> Vec<(Option<Scalar>, usize)> {
        let question = Question {
            condition,
            text: "",
            scope,
            now,
        };
        let fleet = self.read();
        let scan = Scan::new(&fleet, &question);
        let source = Source::of(path, &fleet);
        drop(fleet);
        counts::group(&scan, source, limit)
    }

    /// How the numbers at a path are spread over devices.
    pub fn spread(
        &self,
        condition: &Condition,
        path: &Path,
        scope: &Scope,
        now: Timestamp,
    ) -> Spread {
        let question = Question {
            condition,
            text: "",
            scope,
            now,
        };
        let fleet = self.read();
        let scan = Scan::new(&fleet, &question);
        let source = Source::of(path, &fleet);
        drop(fleet);
        spread::spread(&scan, source)
    }

    /// The paths below tags with values in the scope, by name, at most [`crate::MAX_TAG_PATHS`].
    pub fn tag_paths(&self, scope: &Scope, now: Timestamp) -> Vec<TagPath> {
        counts::tag_paths(&self.scan(&Condition::all(), "", scope, now))
    }

    fn scan(&self, condition: &Condition, text: &str, scope: &Scope, now: Timestamp) -> Scan {
        let question = Question {
            condition,
            text,
            scope,
            now,
        };
        Scan::new(&self.read(), &question)
    }
}
