//! Reading series: from storage, and from memory what is newer.

use std::collections::{BTreeMap, HashMap};

use muster_core::ids::DeviceId;
use muster_core::message::Point;
use muster_core::policy::Action;
use muster_core::series::{Bucket, Chunk, Level, Rollup};
use muster_storage::{MAX_PAGES, MAX_SERIES_AT_ONCE, SeriesId, SeriesPage};

use super::memory::Fresh;
use super::{Mean, Series, Stretch};
use crate::access::kinds::SeeDevices;
use crate::access::{Access, DevicePermit};
use crate::error::ServiceError;
use crate::hub::Hub;

/// Most single points in one answer; beyond it the answer has sums per minute.
pub const MAX_BUCKETS: usize = 200_000;

/// Most devices in one mean.
pub const MAX_MEAN: usize = MAX_SERIES_AT_ONCE;

/// Chunks move to storage while we read: then we read again, so often at most.
const ATTEMPTS: usize = 3;

impl Hub {
    /// A stretch of one series of the device; without `field` of the one with the most points in it.
    pub async fn series(
        &self,
        permit: &DevicePermit<SeeDevices>,
        field: Option<&str>,
        stretch: Stretch,
    ) -> Result<Series, ServiceError> {
        self.series_memory().settled().await;
        let listed = self.store().series_of(permit.device()).await?;
        let chosen = match field {
            Some(asked) => listed.iter().find(|(_, name)| name == asked),
            None => self.busiest(&listed, stretch).await?,
        };
        let mut level = stretch.level(self.now());
        let mut buckets = Vec::new();
        if let Some((id, _)) = chosen {
            let mut read = self.buckets(&[*id], level, stretch).await?;
            if level.is_none() && read.iter().map(Vec::len).sum::<usize>() > MAX_BUCKETS {
                level = Some(Level::Minute);
                read = self.buckets(&[*id], level, stretch).await?;
            }
            buckets = read.remove(0);
        }
        let chosen = chosen.map(|(_, name)| name.clone());
        Ok(Series {
            field: field.map(str::to_owned).or(chosen),
            fields: listed.into_iter().map(|(_, name)| name).collect(),
            level,
            buckets,
        })
    }

    /// The mean of one series over devices, of those that the caller may see, at most [`MAX_MEAN`].
    pub async fn mean_series(
        &self,
        access: &Access,
        field: &str,
        devices: &[DeviceId],
        stretch: Stretch,
    ) -> Result<Mean, ServiceError> {
        if devices.len() > MAX_MEAN {
            return Err(ServiceError::Invalid(format!(
                "a mean takes at most {MAX_MEAN} devices, not {}; narrow the question",
                devices.len()
            )));
        }
        self.series_memory().settled().await;
        let scope = access.scope(Action::SeeDevices);
        let now = self.now();
        let seen = devices
            .iter()
            .filter(|id| self.index().in_scope(id, &scope, now));
        let seen: Vec<DeviceId> = seen.cloned().collect();
        let ids = self.store().series_named(field, &seen).await?;
        let level = stretch.level(now).unwrap_or(Level::Minute);
        let mut sums: BTreeMap<i64, Bucket> = BTreeMap::new();
        for buckets in self.buckets(&ids, Some(level), stretch).await? {
            for bucket in buckets {
                sums.entry(bucket.at.millis())
                    .and_modify(|sum| sum.absorb(&bucket))
                    .or_insert(bucket);
            }
        }
        Ok(Mean {
            devices: ids.len(),
            level,
            buckets: sums.into_values().collect(),
        })
    }

    /// The series with the most points in a stretch; the first by name among equals.
    async fn busiest<'l>(
        &self,
        listed: &'l [(SeriesId, String)],
        stretch: Stretch,
    ) -> Result<Option<&'l (SeriesId, String)>, ServiceError> {
        let ids: Vec<SeriesId> = listed.iter().map(|(id, _)| *id).collect();
        let read = self.buckets(&ids, Some(Level::Hour), stretch).await?;
        let points = read
            .iter()
            .map(|buckets| buckets.iter().map(|bucket| bucket.count).sum::<u64>());
        let most = listed.iter().zip(points).rev();
        let most = most.max_by_key(|(_, count)| *count);
        Ok(most
            .filter(|(_, count)| *count > 0)
            .map(|(series, _)| series))
    }

    /// The buckets of each series that begin within the stretch; single points without a level.
    async fn buckets(
        &self,
        ids: &[SeriesId],
        level: Option<Level>,
        stretch: Stretch,
    ) -> Result<Vec<Vec<Bucket>>, ServiceError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        // A bucket counts when it begins before the stretch and reaches into it.
        let from = level.map_or(stretch.from, |level| level.bucket_of(stretch.from));
        for attempt in 1.. {
            let fresh = self.fresh(ids).await?;
            let pages = self
                .store()
                .series_pages(ids, level, from, stretch.to)
                .await?;
            let memory = self.series_memory();
            let moved = |(id, fresh): (&SeriesId, &Option<Fresh>)| {
                fresh
                    .as_ref()
                    .is_some_and(|f| memory.has_turned(*id, f.turns))
            };
            if attempt < ATTEMPTS && ids.iter().zip(&fresh).any(moved) {
                continue;
            }
            if pages.len() == MAX_PAGES {
                tracing::warn!(pages = pages.len(), "a chart was cut: too many pages");
            }
            let mut by_series: HashMap<SeriesId, Vec<SeriesPage>> = HashMap::new();
            for page in pages {
                by_series.entry(page.series).or_default().push(page);
            }
            let whole = ids.iter().zip(fresh).map(|(id, fresh)| {
                let pages = by_series.remove(id).unwrap_or_default();
                let fresh = fresh.unwrap_or_default();
                let buckets = match level {
                    None => points(pages, fresh),
                    Some(level) => sums(pages, fresh, level),
                };
                let within = |bucket: &Bucket| bucket.at >= from && bucket.at < stretch.to;
                buckets.into_iter().filter(within).collect()
            });
            return Ok(whole.collect());
        }
        Ok(Vec::new())
    }

    /// What is not summed up yet: from memory, and for series that are not there from storage.
    async fn fresh(&self, ids: &[SeriesId]) -> Result<Vec<Option<Fresh>>, ServiceError> {
        let memory = self.series_memory();
        let mut fresh: Vec<Option<Fresh>> = ids.iter().map(|id| memory.fresh(*id)).collect();
        let absent = |(id, fresh): (&SeriesId, &Option<Fresh>)| fresh.is_none().then_some(*id);
        let absent: Vec<SeriesId> = ids.iter().zip(&fresh).filter_map(absent).collect();
        if absent.is_empty() {
            return Ok(fresh);
        }
        let stored = self.store().open_chunks(&absent).await?;
        let mut stored: HashMap<SeriesId, SeriesPage> =
            stored.into_iter().map(|page| (page.series, page)).collect();
        for (id, fresh) in ids.iter().zip(&mut fresh) {
            let page = stored.remove(id);
            let chunk = page.and_then(|p| Some((p.at, p.part, Chunk::from_bytes(p.data).ok()?)));
            if let (None, Some(chunk)) = (&fresh, chunk) {
                *fresh = Some(Fresh {
                    chunks: vec![chunk],
                    ..Fresh::default()
                });
            }
        }
        Ok(fresh)
    }
}

/// All points in the order of time.
fn points(pages: Vec<SeriesPage>, fresh: Fresh) -> Vec<Bucket> {
    let known: Vec<_> = fresh
        .chunks
        .iter()
        .map(|(at, part, _)| (*at, *part))
        .collect();
    let stored = pages
        .into_iter()
        .filter(|page| !known.contains(&(page.at, page.part)))
        .filter_map(|page| Chunk::from_bytes(page.data).ok());
    let newest = fresh.chunks.into_iter().map(|(_, _, chunk)| chunk);
    let mut points: Vec<Point> = stored
        .chain(newest)
        .filter_map(|chunk| chunk.points().ok())
        .flatten()
        .chain(fresh.late)
        .collect();
    points.sort_by_key(|point| point.at);
    let bucket = |point: Point| Bucket::of(point.at, point.value);
    points.into_iter().map(bucket).collect()
}

/// The stored sums, and those of what is not summed up yet.
fn sums(pages: Vec<SeriesPage>, fresh: Fresh, level: Level) -> Vec<Bucket> {
    let mut sums = Rollup::default();
    let stored = pages
        .iter()
        .filter_map(|page| Rollup::unpack(&page.data, level, page.at).ok());
    for rollup in stored {
        for bucket in rollup.buckets() {
            sums.add(*bucket);
        }
    }
    let chunks = fresh.chunks.iter();
    let points = chunks.filter_map(|(_, _, chunk)| chunk.points().ok());
    for point in points.flatten().chain(fresh.late) {
        sums.add(Bucket::of(level.bucket_of(point.at), point.value));
    }
    sums.buckets().to_vec()
}
