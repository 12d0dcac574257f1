//! The fleet as a reader sees it: pointers to chunks and values that nobody changes any more.

use std::sync::Arc;

use muster_core::ids::DeviceId;
use muster_core::time::Timestamp;
use muster_core::twin::Object;

use crate::chunk::Chunk;
use crate::dictionary::{Kind, Values};
use crate::entry::{Entry, Row};
use crate::tags;

/// Where a device is. Places are in the order of ids.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Place(u64);

impl Place {
    pub(crate) fn new(chunk: usize, row: usize) -> Self {
        Self((chunk as u64) << 32 | row as u64)
    }

    pub(crate) fn chunk(self) -> usize {
        (self.0 >> 32) as usize
    }

    pub(crate) fn row(self) -> usize {
        (self.0 & 0xffff_ffff) as usize
    }

    /// Its number in the order of ids; always odd, so that there is one to spare between two places.
    pub(crate) fn mark(self) -> u64 {
        self.0 << 1 | 1
    }

    pub(crate) fn of_mark(mark: u64) -> Self {
        Self(mark >> 1)
    }
}

/// Where an id is among chunks in the order of ids, or where it would be.
pub(crate) fn place(chunks: &[Arc<Chunk>], id: &str) -> Result<Place, Place> {
    let after = chunks.partition_point(|chunk| chunk.ids().get(0) <= id);
    let number = after.saturating_sub(1);
    match chunks.get(number) {
        None => Err(Place::new(0, 0)),
        Some(chunk) => match chunk.ids().search(id) {
            Ok(row) => Ok(Place::new(number, row)),
            Err(row) => Err(Place::new(number, row)),
        },
    }
}

/// The fleet at one moment.
#[derive(Debug)]
pub(crate) struct Snapshot {
    chunks: Vec<Arc<Chunk>>,
    values: Values,
}

impl Snapshot {
    pub(crate) fn new(chunks: Vec<Arc<Chunk>>, values: Values) -> Self {
        Self { chunks, values }
    }

    pub(crate) fn chunks(&self) -> &[Arc<Chunk>] {
        &self.chunks
    }

    pub(crate) fn values(&self) -> &Values {
        &self.values
    }

    /// Where an id is, or where it would be.
    pub(crate) fn place(&self, id: &str) -> Result<Place, Place> {
        place(&self.chunks, id)
    }

    /// The id at a place.
    pub(crate) fn id(&self, place: Place) -> &str {
        self.chunks[place.chunk()].ids().get(place.row())
    }

    /// The device at a place.
    pub(crate) fn row(&self, place: Place, now: Timestamp) -> Row {
        row(&self.chunks[place.chunk()], place.row(), &self.values, now)
    }
}

/// One device put together again.
pub(crate) fn row(chunk: &Chunk, row: usize, values: &Values, now: Timestamp) -> Row {
    let facts = &chunk.facts()[row];
    let mut tags = Object::new();
    for (path, column) in chunk.tags() {
        if let Some(value) = column.get(row).value(values) {
            tags::restore(&mut tags, values.text(path), value);
        }
    }
    let id = DeviceId::new(chunk.ids().get(row)).expect("the index is filled with device ids");
    let model_id = match facts.model.kind() {
        Some(Kind::Text) => values.text(facts.model).to_owned(),
        _ => String::new(),
    };
    Row {
        contact: facts.contact(now),
        entry: Entry {
            id,
            status: facts.status,
            stage: facts.stage,
            stage_at: facts.stage_at,
            auth: facts.auth,
            model_id,
            connected: facts.connected,
            last_activity_at: facts.last_activity(),
            tags,
            drift: facts.drift,
            first_desired: None,
        },
    }
}
