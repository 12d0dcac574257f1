//! The newest points of each series, until they are written.

use std::collections::HashMap;
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use muster_core::ids::EventSeq;
use muster_core::message::Point;
use muster_core::series::{Chunk, Level, MAX_CHUNK_POINTS, Rollup};
use muster_core::time::Timestamp;
use muster_storage::{CHUNK_SPAN_MS, PageWrite, SeriesId, SeriesKey};
use tokio::sync::watch;

/// Series in memory, at most; those that were silent longest make room.
const MAX_OPEN: usize = 1_000_000;

/// How long a reader waits for the newest messages.
const PATIENCE: Duration = Duration::from_secs(1);

/// A series without news for so long leaves memory.
const IDLE_MS: i64 = 3_600_000;

/// Everything in memory. Only `ingest` changes it.
#[derive(Debug)]
pub(crate) struct Memory {
    inner: Mutex<Inner>,
    /// Commits with messages so far, and how many of them are read.
    announced: AtomicU64,
    read: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Inner {
    names: HashMap<(i64, String), Option<SeriesId>>,
    open: HashMap<SeriesId, Open>,
}

/// A series with news.
#[derive(Debug)]
struct Open {
    /// The chunk that grows, where it begins, and which one it is.
    chunk: Chunk,
    at: Timestamp,
    part: i64,
    /// Full chunks that are not written.
    full: Vec<Full>,
    /// Points that came after newer ones.
    late: Vec<(Point, i64)>,
    /// The last message whose points are in here.
    taken: i64,
    dirty: bool,
    /// How many chunks became full so far: tells readers that sums moved to storage.
    turns: u64,
    touched: Timestamp,
}

#[derive(Clone, Debug)]
struct Full {
    at: Timestamp,
    part: i64,
    until: Timestamp,
    chunk: Chunk,
}

/// What memory knows about a series that storage may not.
#[derive(Clone, Debug, Default)]
pub(super) struct Fresh {
    /// The chunks, each with what tells it apart.
    pub(super) chunks: Vec<(Timestamp, i64, Chunk)>,
    /// Late points.
    pub(super) late: Vec<Point>,
    /// Changes when chunks move to storage.
    pub(super) turns: u64,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            inner: Mutex::default(),
            // What was committed before the start has to be read, too.
            announced: AtomicU64::new(1),
            read: watch::Sender::default(),
        }
    }
}

impl Memory {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A message was committed. Runs in the writer.
    pub(crate) fn announce(&self) {
        self.announced.fetch_add(1, Ordering::AcqRel);
    }

    /// The number of commits with messages so far, when not all of them are read.
    pub(super) fn news(&self) -> Option<u64> {
        let announced = self.announced.load(Ordering::Acquire);
        (announced != *self.read.borrow()).then_some(announced)
    }

    /// Everything up to that number is read.
    pub(super) fn caught_up(&self, announced: u64) {
        self.read.send_replace(announced);
    }

    /// Waits until every message committed before now is read, but not long.
    pub(super) async fn settled(&self) {
        let announced = self.announced.load(Ordering::Acquire);
        let mut read = self.read.subscribe();
        let settled = read.wait_for(|read| *read >= announced);
        if tokio::time::timeout(PATIENCE, settled).await.is_err() {
            tracing::warn!("points of telemetry are behind by more than {PATIENCE:?}");
        }
    }

    /// Which of these names are not known yet, each once.
    pub(super) fn unknown<'n>(
        &self,
        names: impl Iterator<Item = (i64, &'n str)>,
    ) -> Vec<(i64, String)> {
        let inner = self.inner();
        let mut unknown: Vec<(i64, String)> = names
            .map(|(device, name)| (device, name.to_owned()))
            .filter(|key| !inner.names.contains_key(key))
            .collect();
        unknown.sort_unstable();
        unknown.dedup();
        unknown
    }

    /// Takes up series from storage. Names that got none are remembered as such.
    pub(super) fn know(&self, asked: Vec<(i64, String)>, found: Vec<SeriesKey>, now: Timestamp) {
        let mut inner = self.inner();
        for name in asked {
            inner.names.entry(name).or_insert(None);
        }
        for key in found {
            inner.names.insert((key.device, key.name), Some(key.id));
            inner
                .open
                .entry(key.id)
                .or_insert_with(|| Open::of(key.open, key.taken, now));
        }
    }

    /// Adds the points of a message; what a series has taken already is left out. Says how many were added.
    pub(super) fn add(
        &self,
        device: i64,
        points: impl Iterator<Item = (String, Point)>,
        seq: EventSeq,
        now: Timestamp,
    ) -> usize {
        let mut inner = self.inner();
        let mut added = 0;
        for (name, point) in points {
            let Some(Some(id)) = inner.names.get(&(device, name)).copied() else {
                continue;
            };
            let Some(open) = inner.open.get_mut(&id) else {
                continue;
            };
            // A message has each name once.
            if seq.0 > open.taken {
                open.add(point, seq.0, now);
                open.taken = seq.0;
                added += 1;
            }
        }
        added
    }

    /// Series with something to write.
    pub(super) fn dirty(&self) -> Vec<SeriesId> {
        let inner = self.inner();
        let dirty = inner.open.iter().filter(|(_, open)| open.dirty);
        dirty.map(|(id, _)| *id).collect()
    }

    /// What there is to write about these series.
    pub(super) fn pages(&self, series: &[SeriesId]) -> Vec<PageWrite> {
        let inner = self.inner();
        let page = |id: &SeriesId| inner.open.get(id).map(|open| open.page(*id));
        series.iter().filter_map(page).collect()
    }

    /// These pages are written.
    pub(super) fn written(&self, series: &[SeriesId]) {
        let mut inner = self.inner();
        for id in series {
            if let Some(open) = inner.open.get_mut(id) {
                open.turns += u64::from(!open.full.is_empty() || !open.late.is_empty());
                open.full = Vec::new();
                open.late = Vec::new();
                open.dirty = false;
            }
        }
    }

    /// What is newer than storage knows, or the same; `None` for a series that is not in memory.
    pub(super) fn fresh(&self, id: SeriesId) -> Option<Fresh> {
        self.inner().open.get(&id).map(Open::fresh)
    }

    /// Whether chunks of the series moved to storage since.
    pub(super) fn has_turned(&self, id: SeriesId, turns: u64) -> bool {
        let inner = self.inner();
        inner.open.get(&id).is_none_or(|open| open.turns != turns)
    }

    /// Forgets series without news, and all of them when there are too many: storage knows them.
    pub(super) fn forget_idle(&self, now: Timestamp) {
        let mut inner = self.inner();
        let crowded = inner.open.len() > MAX_OPEN;
        inner
            .open
            .retain(|_, open| open.dirty || (!crowded && open.touched.plus_ms(IDLE_MS) > now));
        let Inner { names, open } = &mut *inner;
        names.retain(|_, id| id.is_some_and(|id| open.contains_key(&id)));
    }
}

impl Open {
    fn of(stored: Option<(Timestamp, i64, Vec<u8>)>, taken: EventSeq, now: Timestamp) -> Self {
        let stored = stored.and_then(|(at, part, data)| {
            // A damaged chunk stays where it is; the series goes on in a new one.
            let chunk = Chunk::from_bytes(data).ok()?;
            Some((at, part, chunk))
        });
        let (at, part, chunk) = stored.unwrap_or((now, 0, Chunk::default()));
        Self {
            chunk,
            at,
            part,
            full: Vec::new(),
            late: Vec::new(),
            taken: taken.0,
            dirty: false,
            turns: 0,
            touched: now,
        }
    }

    fn add(&mut self, point: Point, seq: i64, now: Timestamp) {
        self.dirty = true;
        self.touched = now;
        if let Some((first, last)) = self.chunk.span() {
            if point.at < last {
                self.late.push((point, seq));
                return;
            }
            if point.at.millis() - first.millis() >= CHUNK_SPAN_MS {
                self.close();
            }
        }
        if self.chunk.is_empty() {
            self.at = point.at;
            self.part = seq;
        }
        self.chunk.push(point);
        if self.chunk.is_full() {
            self.close();
        }
    }

    fn close(&mut self) {
        let chunk = mem::take(&mut self.chunk);
        if let Some((_, until)) = chunk.span() {
            self.full.push(Full {
                at: self.at,
                part: self.part,
                until,
                chunk,
            });
        }
    }

    /// The sums of full chunks and late points go to storage; those of the open chunk are made when asked for.
    fn page(&self, series: SeriesId) -> PageWrite {
        let mut chunks: Vec<_> = self.full.iter().map(Full::row).collect();
        if let Some((_, until)) = self.chunk.span() {
            chunks.push((self.at, self.part, until, self.chunk.bytes().to_vec()));
        }
        let mut late = self.late.clone();
        late.sort_by_key(|(point, _)| point.at);
        chunks.extend(late_chunks(&late));
        let full = self.full.iter().filter_map(|full| full.chunk.points().ok());
        let mut summed: Vec<Point> = full.flatten().collect();
        summed.extend(late.iter().map(|(point, _)| *point));
        summed.sort_by_key(|point| point.at);
        let sums = match summed.is_empty() {
            true => Vec::new(),
            false => Level::ALL
                .map(|level| (level, Rollup::of(summed.iter().copied(), level)))
                .to_vec(),
        };
        PageWrite {
            series,
            chunks,
            sums,
            taken: EventSeq(self.taken),
            open: (!self.chunk.is_empty()).then_some((self.at, self.part)),
        }
    }

    fn fresh(&self) -> Fresh {
        let full = self.full.iter();
        let mut chunks: Vec<_> = full
            .map(|full| (full.at, full.part, full.chunk.clone()))
            .collect();
        if !self.chunk.is_empty() {
            chunks.push((self.at, self.part, self.chunk.clone()));
        }
        Fresh {
            chunks,
            late: self.late.iter().map(|(point, _)| *point).collect(),
            turns: self.turns,
        }
    }
}

impl Full {
    fn row(&self) -> (Timestamp, i64, Timestamp, Vec<u8>) {
        (self.at, self.part, self.until, self.chunk.bytes().to_vec())
    }
}

/// Late points in chunks of their own, told apart by the newest message in each.
fn late_chunks(late: &[(Point, i64)]) -> Vec<(Timestamp, i64, Timestamp, Vec<u8>)> {
    let mut chunks = Vec::new();
    let mut rest = late;
    while let Some((first, _)) = rest.first() {
        let near =
            |(point, _): &(Point, i64)| point.at.millis() - first.at.millis() < CHUNK_SPAN_MS;
        let end = rest
            .iter()
            .take(MAX_CHUNK_POINTS)
            .take_while(|p| near(p))
            .count();
        let (these, others) = rest.split_at(end);
        let points: Vec<Point> = these.iter().map(|(point, _)| *point).collect();
        let part = these.iter().map(|(_, seq)| *seq).max().unwrap_or_default();
        let chunk = Chunk::of(&points);
        if let Some((at, until)) = chunk.span() {
            chunks.push((at, part, until, chunk.bytes().to_vec()));
        }
        rest = others;
    }
    chunks
}
