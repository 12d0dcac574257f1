//! A run of neighbouring devices in the order of their ids, in columns.
//!
//! Chunks are shared with readers; the writer copies what it touches only while somebody reads it.

use std::sync::Arc;

use muster_core::contact::{Contact, Schedule};
use muster_core::device::{AuthKind, Status};
use muster_core::lifecycle::Stage;
use muster_core::time::Timestamp;

use crate::column::Column;
use crate::dictionary::Code;
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

#[derive(Clone, Debug, Default)]
pub(crate) struct Chunk {
    ids: Arc<TextList>,
    facts: Arc<Vec<Facts>>,
    /// By path.
    tags: Vec<(Code, Arc<Column>)>,
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

    /// The paths that rows here have values at, with these.
    pub(crate) fn tags(&self) -> impl Iterator<Item = (Code, &Column)> {
        self.tags.iter().map(|(path, column)| (*path, &**column))
    }

    /// The values at a path; `None` when no row here has one.
    pub(crate) fn column(&self, path: Code) -> Option<&Column> {
        let at = self.tags.binary_search_by_key(&path, |(path, _)| *path);
        at.ok().map(|at| &*self.tags[at].1)
    }

    /// Puts a device without tags at its place.
    pub(crate) fn insert(&mut self, row: usize, id: &str, facts: Facts) {
        Arc::make_mut(&mut self.ids).insert(row, id);
        Arc::make_mut(&mut self.facts).insert(row, facts);
        for (_, column) in &mut self.tags {
            Arc::make_mut(column).insert_row(row);
        }
    }

    /// Takes a device out that has no tags any more.
    pub(crate) fn remove(&mut self, row: usize) -> Facts {
        Arc::make_mut(&mut self.ids).remove(row);
        for (_, column) in &mut self.tags {
            Arc::make_mut(column).remove_row(row);
        }
        Arc::make_mut(&mut self.facts).remove(row)
    }

    /// Puts a value at a path, or none; gives the one before. Nothing is copied for a value that is there already.
    pub(crate) fn set_tag(&mut self, row: usize, path: Code, code: Code) -> Code {
        let rows = self.len();
        let at = match self.tags.binary_search_by_key(&path, |(path, _)| *path) {
            Ok(at) if self.tags[at].1.get(row) == code => return code,
            Ok(at) => at,
            Err(_) if code.is_none() => return Code::NONE,
            Err(at) => {
                self.tags.insert(at, (path, Arc::default()));
                at
            }
        };
        let column = Arc::make_mut(&mut self.tags[at].1);
        let before = column.set(row, code, rows);
        if column.used() == 0 {
            self.tags.remove(at);
        }
        before
    }

    /// Takes the rows from `at` on away into a chunk of their own.
    pub(crate) fn split_off(&mut self, at: usize) -> Self {
        let mut tags = Vec::new();
        for (path, column) in &mut self.tags {
            let tail = Arc::make_mut(column).split_off(at);
            if tail.used() > 0 {
                tags.push((*path, Arc::new(tail)));
            }
        }
        self.tags.retain(|(_, column)| column.used() > 0);
        Self {
            ids: Arc::new(Arc::make_mut(&mut self.ids).split_off(at)),
            facts: Arc::new(Arc::make_mut(&mut self.facts).split_off(at)),
            tags,
        }
    }

    /// Bytes it takes.
    pub(crate) fn memory(&self) -> usize {
        let columns: usize = self.tags.iter().map(|(_, column)| column.memory()).sum();
        size_of::<Self>()
            + self.ids.memory()
            + self.facts.capacity() * size_of::<Facts>()
            + self.tags.capacity() * size_of::<(Code, Arc<Column>)>()
            + columns
    }
}
