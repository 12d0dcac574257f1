//! Following the log of messages: the numbers in them become points of series.

use std::time::Duration;

use muster_core::ids::EventSeq;
use muster_core::message::{NewMessage, Point, numeric_fields};
use muster_core::time::Timestamp;
use muster_storage::{LoggedMessage, MAX_TAKEN, StorageError};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::{KEEP_POINTS_MS, KEEP_SUMS};
use crate::hub::Hub;

/// How soon after a message its points are there.
const LOOK: Duration = Duration::from_millis(50);

/// How often points are written. Until then the log has them.
const WRITE: Duration = Duration::from_secs(30);

/// Points in memory past which they are written at once.
const MAX_PENDING: usize = 500_000;

/// Series written in one transaction, so that devices do not wait long.
const SERIES_AT_ONCE: usize = 500;

/// Names looked up or made in one transaction.
const NAMES_AT_ONCE: usize = 1_000;

/// Numbers that are taken from one message.
const MAX_FIELDS: usize = 200;

/// Longest name of a field, in bytes; longer ones are left out.
const MAX_NAME: usize = 200;

/// How far the time that a device states may lie ahead of the hub's.
const AHEAD_MS: i64 = 5 * 60_000;

/// How often old pages are removed, and idle series forgotten.
const TIDY: Duration = Duration::from_secs(600);

/// Pages removed in one transaction, and transactions in a row.
const BITE: usize = 2_000;
const BITES: usize = 50;

/// The property in which a device states when it measured (spec §2.8).
const CREATED: &str = "iothub-creation-time-utc";

/// Follows the log until the hub stops.
pub(crate) async fn run(hub: Hub) {
    let mut follower = Follower {
        hub: hub.clone(),
        position: None,
        pending: 0,
        written_at: Instant::now(),
        tidied_at: Instant::now(),
    };
    let mut tick = interval(LOOK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = hub.stopping().cancelled() => break,
            _ = tick.tick() => {}
        }
        if let Err(error) = follower.step().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "points of telemetry are behind; the log keeps them"
            );
        }
    }
    if let Err(error) = follower.write().await {
        tracing::info!(
            error = &error as &dyn std::error::Error,
            "the newest points are read from the log again at the next start"
        );
    }
}

struct Follower {
    hub: Hub,
    /// The last message that was read; not known before the first step.
    position: Option<EventSeq>,
    pending: usize,
    written_at: Instant,
    tidied_at: Instant,
}

impl Follower {
    async fn step(&mut self) -> Result<(), StorageError> {
        if let Some(announced) = self.hub.series_memory().news() {
            self.read().await?;
            self.hub.series_memory().caught_up(announced);
        }
        if self.written_at.elapsed() >= WRITE {
            self.write().await?;
        }
        if self.tidied_at.elapsed() >= TIDY {
            self.tidied_at = Instant::now();
            self.hub.series_memory().forget_idle(self.hub.now());
            self.remove_old().await?;
        }
        Ok(())
    }

    /// Reads the log to its end.
    async fn read(&mut self) -> Result<(), StorageError> {
        let mut position = match self.position {
            Some(position) => position,
            None => self.hub.store().messages_taken().await?,
        };
        while !self.hub.stopping().is_cancelled() {
            let messages = self.hub.store().messages_behind(position).await?;
            let Some(last) = messages.last().map(|message| message.seq) else {
                break;
            };
            let whole = messages.len() == MAX_TAKEN;
            self.take(messages).await?;
            position = last;
            self.position = Some(position);
            if self.pending >= MAX_PENDING {
                self.write().await?;
            }
            if !whole {
                break;
            }
        }
        self.position = Some(position);
        Ok(())
    }

    async fn take(&mut self, messages: Vec<LoggedMessage>) -> Result<(), StorageError> {
        let now = self.hub.now();
        let memory = self.hub.series_memory();
        let points: Vec<_> = messages
            .into_iter()
            .map(|message| (message.device, message.seq, points(&message.content)))
            .collect();
        let names = points.iter().flat_map(|(device, _, points)| {
            points.iter().map(|(name, _)| (*device, name.as_str()))
        });
        let unknown = memory.unknown(names);
        for names in unknown.chunks(NAMES_AT_ONCE) {
            let found = self.hub.store().ensure_series(names.to_vec()).await?;
            memory.know(names.to_vec(), found, now);
        }
        let mut added = 0;
        for (device, seq, points) in points {
            added += memory.add(device, points.into_iter(), seq, now);
        }
        self.pending += added;
        metrics::counter!("muster_telemetry_points_total").increment(added as u64);
        Ok(())
    }

    /// Writes what has news, a bite at a time, and then how far the log is taken.
    async fn write(&mut self) -> Result<(), StorageError> {
        self.written_at = Instant::now();
        let memory = self.hub.series_memory();
        let dirty = memory.dirty();
        for series in dirty.chunks(SERIES_AT_ONCE) {
            let pages = memory.pages(series);
            self.hub.store().write_series(pages, None).await?;
            memory.written(series);
        }
        if let Some(position) = self.position
            && !dirty.is_empty()
        {
            self.hub
                .store()
                .write_series(vec![], Some(position))
                .await?;
        }
        self.pending = 0;
        Ok(())
    }

    async fn remove_old(&self) -> Result<(), StorageError> {
        let now = self.hub.now();
        let sums = KEEP_SUMS.map(|(level, keep)| (Some(level), keep));
        for (level, keep) in [(None, KEEP_POINTS_MS)].into_iter().chain(sums) {
            for _ in 0..BITES {
                let older = now.plus_ms(-keep);
                let gone = self.hub.store().prune_series(level, older, BITE).await?;
                if gone == 0 || self.hub.stopping().is_cancelled() {
                    break;
                }
            }
        }
        Ok(())
    }
}

/// The numbers of a message at the time it was measured.
fn points(message: &NewMessage) -> Vec<(String, Point)> {
    let at = measured_at(message);
    let fields = numeric_fields(&message.body).into_iter();
    fields
        .filter(|(name, _)| name.len() <= MAX_NAME)
        .take(MAX_FIELDS)
        .map(|(name, value)| (name, Point { at, value }))
        .collect()
}

/// When the device says it measured, if that can be: not long ahead of the hub, not before points are kept. Otherwise
/// when the message came.
fn measured_at(message: &NewMessage) -> Timestamp {
    let stated = message
        .properties
        .iter()
        .find(|(name, _)| name == CREATED)
        .and_then(|(_, value)| value.as_deref())
        .and_then(|text| text.parse::<Timestamp>().ok());
    let came = message.at.millis();
    stated
        .filter(|at| (came - KEEP_POINTS_MS..=came + AHEAD_MS).contains(&at.millis()))
        .unwrap_or(message.at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use muster_core::ids::DeviceId;

    #[test]
    fn a_stated_time_counts_when_it_can_be() {
        const CAME: i64 = 1_800_000_000_000;
        let check = |stated: Option<&str>, want: i64| {
            let message = NewMessage {
                device: DeviceId::new("d").expect("a good name"),
                at: Timestamp::from_millis(CAME),
                properties: vec![(CREATED.to_owned(), stated.map(str::to_owned))],
                body: vec![],
            };
            assert_eq!(measured_at(&message).millis(), want, "{stated:?}");
        };
        let text = |ms: i64| Timestamp::from_millis(ms).to_string();
        check(None, CAME);
        check(Some("yesterday"), CAME);
        check(Some(&text(CAME - 3_600_000)), CAME - 3_600_000);
        check(Some(&text(CAME + 60_000)), CAME + 60_000);
        check(Some(&text(CAME + 3_600_000)), CAME);
        check(Some(&text(CAME - 2 * KEEP_POINTS_MS)), CAME);
    }
}
