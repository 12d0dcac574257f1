//! A run of neighbouring devices in the order of their ids, in columns.
//!
//! Chunks are shared with readers; the writer copies what it touches only while somebody reads it.

use std::sync::Arc;

use muster_core::contact::{Contact, Schedule};
use muster_core::device::{AuthKind, Status};
use muster_core::lifecycle::Stage;
use muster_core::time::Timestamp;

use crate::column::{Column, Columns, Form};
use crate::dictionary::{Code, Dictionary};
use crate::leaf::Leaf;
use crate::texts::TextList;

/// Most devices in a chunk: what a write may have to copy, and what a new id may have to move. Small in tests, so that
/// small fleets have many chunks.
pub(crate) const ROWS: usize = if cfg!(test) { 128 } else { 2048 };

/// What is known about a device beside id and tags.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Facts {
    /// Milliseconds since 1970; [`Facts::NEVER`] when there was none.
    last_activity: i64,
    pub(crate) stage_at: Timestamp,
    /// A text of the dictionary.
    pub(crate) model: Code,
    every_s: u32,
    sleeps: bool,
    pub(crate) status: Status,
    pub(crate) stage: Stage,
    pub(crate) auth: AuthKind,
    pub(crate) connected: bool,
    pub(crate) drift: bool,
}

impl Facts {
    const NEVER: i64 = i64::MIN;

    /// A device that was just made; its schedule comes with its tags.
    pub(crate) fn new(
        status: Status,
        stage: Stage,
        stage_at: Timestamp,
        auth: AuthKind,
        model: Code,
    ) -> Self {
        let Schedule { every_s, sleeps } = muster_core::contact::DEFAULT_SCHEDULE;
        Self {
            last_activity: Self::NEVER,
            stage_at,
            model,
            every_s,
            sleeps,
            status,
            stage,
            auth,
            connected: false,
            drift: false,
        }
    }

    pub(crate) fn last_activity(&self) -> Option<Timestamp> {
        let known = self.last_activity != Self::NEVER;
        known.then(|| Timestamp::from_millis(self.last_activity))
    }

    /// Activity only ever moves forward.
    pub(crate) fn touch(&mut self, at: Timestamp) {
        self.last_activity = self.last_activity.max(at.millis());
    }

    /// Whether it is judged by this schedule.
    pub(crate) fn follows(&self, schedule: Schedule) -> bool {
        self.every_s == schedule.every_s && self.sleeps == schedule.sleeps
    }

    pub(crate) fn set_schedule(&mut self, schedule: Schedule) {
        self.every_s = schedule.every_s;
        self.sleeps = schedule.sleeps;
    }

    /// How the device keeps in touch; judged only in service.
    pub(crate) fn contact(&self, now: Timestamp) -> Option<Contact> {
        let schedule = Schedule {
            every_s: self.every_s,
            sleeps: self.sleeps,
        };
        let in_service = self.stage.in_service();
        in_service.then(|| Contact::judge(self.connected, self.last_activity(), schedule, now))
    }
}

/// Where a column is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum At {
    /// Below tags.
    Tag(Code),
    /// Elsewhere in twins.
    Used(Code),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Chunk {
    ids: Arc<TextList>,
    facts: Arc<Vec<Facts>>,
    tags: Columns,
    /// Values of twins that queries look at.
    used: Columns,
}

impl Chunk {
    pub(crate) fn len(&self) -> usize {
        self.facts.len()
    }

    pub(crate) fn ids(&self) -> &TextList {
        &self.ids
    }

    pub(crate) fn facts(&self) -> &[Facts] {
        &self.facts
    }

    pub(crate) fn facts_mut(&mut self, row: usize) -> &mut Facts {
        &mut Arc::make_mut(&mut self.facts)[row]
    }

    /// The paths below tags that rows here have values at, with these.
    pub(crate) fn tags(&self) -> impl Iterator<Item = (Code, &Column)> {
        self.tags.iter()
    }

    /// All columns.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (At, &Column)> {
        let tags = self
            .tags
            .iter()
            .map(|(path, column)| (At::Tag(path), column));
        tags.chain(
            self.used
                .iter()
                .map(|(path, column)| (At::Used(path), column)),
        )
    }

    /// The values at a path; `None` when no row here has one.
    pub(crate) fn column(&self, at: At) -> Option<&Column> {
        match at {
            At::Tag(path) => self.tags.get(path),
            At::Used(path) => self.used.get(path),
        }
    }

    fn columns_mut(&mut self, at: At) -> (&mut Columns, Code) {
        match at {
            At::Tag(path) => (&mut self.tags, path),
            At::Used(path) => (&mut self.used, path),
        }
    }

    /// Puts a value at a path, or none; whether there was one. Nothing is copied for a value that is there already. A
    /// new column is kept in this form.
    pub(crate) fn put(
        &mut self,
        row: usize,
        at: At,
        leaf: Option<&Leaf<'_>>,
        dictionary: &mut Dictionary,
        form: impl FnOnce() -> Form,
    ) -> bool {
        let rows = self.len();
        let (columns, path) = self.columns_mut(at);
        columns.put(row, path, leaf, rows, dictionary, form)
    }

    /// Keeps the values at a path another way.
    pub(crate) fn convert(&mut self, at: At, form: Form, dictionary: &mut Dictionary) {
        let rows = self.len();
        let (columns, path) = self.columns_mut(at);
        columns.convert(path, form, rows, dictionary);
    }

    /// Takes all values at a path away.
    pub(crate) fn take_used(&mut self, path: Code) -> Option<Arc<Column>> {
        self.used.take(path)
    }

    /// Puts a device without values at its place.
    pub(crate) fn insert(&mut self, row: usize, id: &str, facts: Facts) {
        Arc::make_mut(&mut self.ids).insert(row, id);
        Arc::make_mut(&mut self.facts).insert(row, facts);
        self.tags.insert_row(row);
        self.used.insert_row(row);
    }

    /// Takes a device out that has no values any more.
    pub(crate) fn remove(&mut self, row: usize) -> Facts {
        Arc::make_mut(&mut self.ids).remove(row);
        self.tags.remove_row(row);
        self.used.remove_row(row);
        Arc::make_mut(&mut self.facts).remove(row)
    }

    /// Takes the rows from `at` on away into a chunk of their own.
    pub(crate) fn split_off(&mut self, at: usize) -> Self {
        Self {
            ids: Arc::new(Arc::make_mut(&mut self.ids).split_off(at)),
            facts: Arc::new(Arc::make_mut(&mut self.facts).split_off(at)),
            tags: self.tags.split_off(at),
            used: self.used.split_off(at),
        }
    }

    /// Bytes it takes.
    pub(crate) fn memory(&self) -> usize {
        size_of::<Self>()
            + self.ids.memory()
            + self.facts.capacity() * size_of::<Facts>()
            + self.tags.memory()
            + self.used.memory()
    }
}
