//! The fleet as the writer keeps it: chunks in the order of ids, and the dictionary of all values.

use std::sync::Arc;

use muster_core::contact::Schedule;
use muster_core::ids::DeviceId;
use muster_core::time::Timestamp;
use muster_core::twin::Object;
use muster_query::{Datum, Field, Path};
use serde_json::Value;

use crate::chunk::{At, Chunk, Facts, ROWS};
use crate::column::{Column, Form};
use crate::dictionary::{Code, Dictionary, Kind};
use crate::entry::{Entry, Row};
use crate::filter::Source;
use crate::index::Seen;
use crate::leaf::Leaf;
use crate::line::Line;
use crate::snapshot::{Place, Snapshot};
use crate::tags;
use crate::used::Used;

/// Chunks whose values are laid out anew while readers and the writer wait.
const CONVERTED_AT_ONCE: usize = 4;

/// Everything. No chunk is empty.
#[derive(Debug, Default)]
pub(crate) struct Fleet {
    chunks: Vec<Arc<Chunk>>,
    dictionary: Dictionary,
    used: Vec<Used>,
}

impl Fleet {
    pub(crate) fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    pub(crate) fn dictionary_mut(&mut self) -> &mut Dictionary {
        &mut self.dictionary
    }

    /// The paths of twins that queries look at.
    pub(crate) fn used(&self) -> &[Used] {
        &self.used
    }

    pub(crate) fn used_mut(&mut self) -> &mut Vec<Used> {
        &mut self.used
    }

    pub(crate) fn len(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.len()).sum()
    }

    /// What readers take along: pointers only.
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot::new(self.chunks.clone(), self.dictionary.values().clone())
    }

    /// Where a device is, or where it would be.
    pub(crate) fn place(&self, id: &str) -> Result<Place, Place> {
        crate::snapshot::place(&self.chunks, id)
    }

    /// The id at a place, if there is a device.
    pub(crate) fn id(&self, place: Place) -> Option<&str> {
        let chunk = self.chunks.get(place.chunk())?;
        (place.row() < chunk.len()).then(|| chunk.ids().get(place.row()))
    }

    /// The place behind one; there may be no device.
    pub(crate) fn behind(&self, place: Place) -> Place {
        if place.row() + 1 < self.chunks[place.chunk()].len() {
            Place::new(place.chunk(), place.row() + 1)
        } else {
            Place::new(place.chunk() + 1, 0)
        }
    }

    /// Adds a device, or replaces all that is known about it.
    pub(crate) fn upsert(&mut self, entry: &Entry) {
        let model = self.dictionary.hold(Kind::Text, &entry.model_id);
        let mut facts = Facts::new(entry.status, entry.stage, entry.stage_at, entry.auth, model);
        facts.connected = entry.connected;
        facts.drift = entry.drift;
        if let Some(at) = entry.last_activity_at {
            facts.touch(at);
        }
        let place = match self.place(entry.id.as_str()) {
            Ok(place) => {
                let known = self.chunk_mut(place).facts_mut(place.row());
                let before = std::mem::replace(known, facts);
                self.dictionary.release(before.model);
                place
            }
            Err(place) => {
                let place = self.make_room(place);
                let chunk = self.chunk_mut(place);
                chunk.insert(place.row(), entry.id.as_str(), facts);
                place
            }
        };
        self.write_tags(place, &entry.tags);
        if let Some(desired) = &entry.first_desired {
            self.replace_desired(&entry.id, place, desired);
        }
    }

    /// Makes sure that a chunk can take one more at `place`; gives the place that it then is.
    fn make_room(&mut self, place: Place) -> Place {
        let (number, row) = (place.chunk(), place.row());
        let Some(chunk) = self.chunks.get_mut(number) else {
            self.chunks.push(Arc::default());
            return Place::new(number, 0);
        };
        if chunk.len() < ROWS {
            return place;
        }
        // Ids that come in order, as at start-up, leave full chunks behind.
        let last = number + 1 == self.chunks.len();
        if last && row == ROWS {
            self.chunks.push(Arc::default());
            return Place::new(number + 1, 0);
        }
        let tail = Arc::make_mut(&mut self.chunks[number]).split_off(ROWS / 2);
        self.chunks.insert(number + 1, Arc::new(tail));
        if row <= ROWS / 2 {
            place
        } else {
            Place::new(number + 1, row - ROWS / 2)
        }
    }

    pub(crate) fn chunks(&self) -> &[Arc<Chunk>] {
        &self.chunks
    }

    pub(crate) fn chunk_mut(&mut self, place: Place) -> &mut Chunk {
        Arc::make_mut(&mut self.chunks[place.chunk()])
    }

    /// Takes a device out; whether it was there.
    pub(crate) fn remove(&mut self, id: &DeviceId) -> bool {
        let Ok(place) = self.place(id.as_str()) else {
            return false;
        };
        self.write_tags(place, &Object::new());
        for path in self.used.iter().map(|used| used.code).collect::<Vec<_>>() {
            self.put_used(place, path, None, Form::default());
        }
        let chunk = self.chunk_mut(place);
        let facts = chunk.remove(place.row());
        if chunk.len() == 0 {
            self.chunks.remove(place.chunk());
        }
        self.dictionary.release(facts.model);
        true
    }

    /// Changes facts of a device; whether it is known.
    pub(crate) fn change(&mut self, id: &DeviceId, change: impl FnOnce(&mut Facts)) -> bool {
        let Ok(place) = self.place(id.as_str()) else {
            return false;
        };
        change(self.chunk_mut(place).facts_mut(place.row()));
        true
    }

    /// Another model; whether the device is known.
    pub(crate) fn set_model(&mut self, id: &DeviceId, model_id: &str) -> bool {
        let model = self.dictionary.hold(Kind::Text, model_id);
        let mut before = model;
        let known = self.change(id, |facts| {
            before = std::mem::replace(&mut facts.model, model)
        });
        self.dictionary.release(before);
        known
    }

    /// Replaces the tags; whether the device is known.
    pub(crate) fn set_tags(&mut self, id: &DeviceId, tags: &Object) -> bool {
        let Ok(place) = self.place(id.as_str()) else {
            return false;
        };
        self.write_tags(place, tags);
        true
    }

    /// Puts a value at a path that queries look at, or none. A new column is kept in this form.
    pub(crate) fn put_used(
        &mut self,
        place: Place,
        path: Code,
        leaf: Option<&Leaf<'_>>,
        form: Form,
    ) {
        let chunk = Arc::make_mut(&mut self.chunks[place.chunk()]);
        chunk.put(
            place.row(),
            At::Used(path),
            leaf,
            &mut self.dictionary,
            || form,
        );
    }

    /// Keeps the values at a path another way, in some chunks at once; whether there may be more.
    pub(crate) fn convert(&mut self, at: At, form: Form) -> bool {
        let mut used = self.used.iter_mut();
        if let Some(used) = used.find(|used| at == At::Used(used.code)) {
            used.form = form;
        }
        let mut converted = 0;
        for chunk in &mut self.chunks {
            if chunk.column(at).is_none_or(|column| column.form() == form) {
                continue;
            }
            if converted == CONVERTED_AT_ONCE {
                return true;
            }
            converted += 1;
            Arc::make_mut(chunk).convert(at, form, &mut self.dictionary);
        }
        false
    }

    /// A cell that has a value holds its path in the dictionary.
    fn write_tags(&mut self, place: Place, tags: &Object) {
        let mut cells: Vec<(Code, Option<Leaf<'_>>)> = Vec::new();
        tags::flatten(tags, &mut |path, leaf| {
            cells.push((self.dictionary.hold(Kind::Text, path), Some(leaf)));
        });
        cells.sort_by_key(|(path, _)| *path);
        let row = place.row();
        let known = self.chunks[place.chunk()].tags();
        let gone = known.filter(|(path, column)| {
            let kept = cells.binary_search_by_key(path, |(path, _)| *path).is_ok();
            !kept && !column.get(row).is_none()
        });
        let gone: Vec<_> = gone.map(|(path, _)| (path, None)).collect();
        for (path, leaf) in cells.into_iter().chain(gone) {
            let (left, right) = self.chunks.split_at_mut(place.chunk());
            let (chunk, right) = right.split_first_mut().expect("a place is in a chunk");
            // Neighbours have the same paths, and most likely values of the same kind.
            let beside = left.last().into_iter().chain(right.first());
            let form = || {
                let mut columns = beside.filter_map(|chunk| chunk.column(At::Tag(path)));
                columns.next().map_or(Form::default(), Column::form)
            };
            let (chunk, dictionary) = (Arc::make_mut(chunk), &mut self.dictionary);
            if chunk.put(row, At::Tag(path), leaf.as_ref(), dictionary, form) {
                dictionary.release(path);
            }
        }
        let schedule = schedule(tags);
        let chunk = Arc::make_mut(&mut self.chunks[place.chunk()]);
        if !chunk.facts()[row].follows(schedule) {
            chunk.facts_mut(row).set_schedule(schedule);
        }
    }

    /// Whether devices have objects at a path below tags: these lie apart, value by value.
    pub(crate) fn has_object_at(&self, path: &str) -> bool {
        let values = self.dictionary.values();
        let below = |(code, _): (Code, &Column)| {
            let rest = values.text(code).strip_prefix(path);
            rest.is_some_and(|rest| rest.starts_with('.'))
        };
        self.chunks.iter().any(|chunk| chunk.tags().any(below))
    }

    /// One device as conditions see it.
    pub(crate) fn find(&self, id: &DeviceId, now: Timestamp) -> Option<Device<'_>> {
        let place = self.place(id.as_str()).ok()?;
        Some(Device {
            fleet: self,
            place,
            now,
        })
    }

    /// Bytes it takes.
    pub(crate) fn memory(&self) -> usize {
        let chunks: usize = self.chunks.iter().map(|chunk| chunk.memory()).sum();
        chunks + self.dictionary.memory()
    }
}

fn schedule(tags: &Object) -> Schedule {
    match tags.get("contact") {
        None => muster_core::contact::DEFAULT_SCHEDULE,
        Some(contact) => {
            let mut only = Object::new();
            only.insert("contact".to_owned(), contact.clone());
            Schedule::from_tags(&Value::Object(only))
        }
    }
}

/// One device, for the reference evaluator.
#[derive(Debug)]
pub(crate) struct Device<'a> {
    fleet: &'a Fleet,
    place: Place,
    now: Timestamp,
}

impl Device<'_> {
    fn chunk(&self) -> &Chunk {
        &self.fleet.chunks[self.place.chunk()]
    }

    /// All that is known about it.
    pub(crate) fn row(&self) -> Row {
        let values = self.fleet.dictionary.values();
        crate::snapshot::row(self.chunk(), self.place.row(), values, self.now)
    }

    /// How it keeps in touch.
    pub(crate) fn seen(&self) -> Seen {
        let facts = &self.chunk().facts()[self.place.row()];
        Seen {
            connected: facts.connected,
            last_activity_at: facts.last_activity(),
            contact: facts.contact(self.now),
            drift: facts.drift,
        }
    }

    fn line(&self, path: &Path) -> (Line<'_>, Source) {
        let line = Line {
            chunk: self.chunk(),
            row: self.place.row(),
            values: self.fleet.dictionary.values(),
            now: self.now,
        };
        (line, Source::with_objects(path, self.fleet))
    }
}

impl muster_query::Row for Device<'_> {
    fn value(&self, path: &Path) -> Field<'_> {
        let (line, source) = self.line(path);
        line.field(source, path)
    }

    fn datum(&self, path: &Path) -> Datum<'_> {
        let (line, source) = self.line(path);
        line.datum(source, path)
    }

    fn now(&self) -> Option<Timestamp> {
        Some(self.now)
    }
}
