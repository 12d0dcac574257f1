//! What was drawn within the last second, for all who look; and how much is drawn at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use muster_core::embed::EmbedId;
use muster_core::time::Timestamp;
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// How long a drawing is shown before it is made anew, in milliseconds. Whatever looks meanwhile sees the same.
pub(super) const FRESH_MS: i64 = 1_000;

/// Most drawings in memory. Portals can narrow a panel in many ways; each is a drawing of its own.
const MAX_KEPT: usize = 512;

/// Most panels that are read and drawn at the same time: they share the machine with devices and the dashboard.
const MAX_AT_ONCE: usize = 4;

/// How long a look waits for its drawing.
const PATIENCE: Duration = Duration::from_secs(5);

/// Which drawing: the embed, and what narrows it.
type Key = (EmbedId, Box<str>);

/// A drawing and when it was begun; held while it is made, so that it is made once.
type Place = Arc<tokio::sync::Mutex<Option<(Timestamp, Bytes)>>>;

/// The drawings. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Drawings {
    places: Arc<Mutex<HashMap<Key, Place>>>,
    turns: Arc<Semaphore>,
}

/// There is no room for another drawing, or no time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Full;

/// The right to a drawing: to show the one that is fresh, or to make it.
#[derive(Debug)]
pub(super) struct Turn {
    place: OwnedMutexGuard<Option<(Timestamp, Bytes)>>,
    now: Timestamp,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Default for Drawings {
    fn default() -> Self {
        Self {
            places: Arc::default(),
            turns: Arc::new(Semaphore::new(MAX_AT_ONCE)),
        }
    }
}

impl Drawings {
    /// Waits for the drawing of this key; whoever comes first makes it.
    pub(super) async fn turn(&self, key: (EmbedId, &str), now: Timestamp) -> Result<Turn, Full> {
        let place = self.place(key, now)?;
        let waiting = async {
            let place = place.lock_owned().await;
            let permit = if is_fresh(place.as_ref(), now) {
                None
            } else {
                self.turns.clone().acquire_owned().await.ok()
            };
            Turn {
                place,
                now,
                _permit: permit,
            }
        };
        timeout(PATIENCE, waiting).await.map_err(|_| Full)
    }

    fn place(&self, (id, narrowing): (EmbedId, &str), now: Timestamp) -> Result<Place, Full> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (id, narrowing.into());
        if let Some(place) = places.get(&key) {
            return Ok(place.clone());
        }
        if places.len() >= MAX_KEPT {
            // What is being made cannot be locked, and stays.
            places.retain(|_, place| {
                let made = place.try_lock();
                made.is_err() || made.is_ok_and(|made| is_fresh(made.as_ref(), now))
            });
        }
        if places.len() >= MAX_KEPT {
            return Err(Full);
        }
        Ok(places.entry(key).or_default().clone())
    }
}

impl Turn {
    /// The drawing, if it is fresh.
    pub(super) fn fresh(&self) -> Option<Bytes> {
        let made = self
            .place
            .as_ref()
            .filter(|_| is_fresh(self.place.as_ref(), self.now));
        made.map(|(_, drawn)| drawn.clone())
    }

    /// Keeps what was drawn.
    pub(super) fn keep(&mut self, drawn: String) -> Bytes {
        let drawn = Bytes::from(drawn);
        *self.place = Some((self.now, drawn.clone()));
        drawn
    }
}

fn is_fresh(made: Option<&(Timestamp, Bytes)>, now: Timestamp) -> bool {
    made.is_some_and(|(at, _)| (0..FRESH_MS).contains(&now.since(*at)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    async fn drawn(drawings: &Drawings, key: (EmbedId, &str), ms: i64) -> (Bytes, bool) {
        let mut turn = drawings.turn(key, NOW.plus_ms(ms)).await.unwrap();
        match turn.fresh() {
            Some(drawn) => (drawn, false),
            None => (turn.keep(format!("{key:?} at {ms}")), true),
        }
    }

    #[tokio::test]
    async fn a_drawing_is_made_once_a_second() {
        let drawings = Drawings::default();
        let key = (EmbedId(1), "");
        let check = async |ms, made| assert_eq!(drawn(&drawings, key, ms).await.1, made, "{ms}");
        check(0, true).await;
        check(1, false).await;
        check(999, false).await;
        check(1000, true).await;
        check(1001, false).await;
        // A clock that was set back keeps nothing for longer.
        check(0, true).await;
        assert!(drawn(&drawings, (EmbedId(1), "tags.a = 1"), 0).await.1);
        assert!(drawn(&drawings, (EmbedId(2), ""), 0).await.1);
    }

    #[tokio::test]
    async fn drawings_are_bounded() {
        let drawings = Drawings::default();
        for n in 0..MAX_KEPT {
            drawn(&drawings, (EmbedId(1), &n.to_string()), 0).await;
        }
        let more = drawings.turn((EmbedId(1), "more"), NOW).await;
        assert_eq!(more.map(|_| ()), Err(Full));
        assert!(!drawn(&drawings, (EmbedId(1), "7"), 500).await.1);
        // A second later they make room.
        assert!(drawn(&drawings, (EmbedId(1), "more"), 1_000).await.1);
    }

    #[tokio::test]
    async fn whoever_looks_meanwhile_waits_for_the_one_drawing() {
        let drawings = Drawings::default();
        let mut first = drawings.turn((EmbedId(1), ""), NOW).await.unwrap();
        let others = drawings.clone();
        let second = tokio::spawn(async move { drawn(&others, (EmbedId(1), ""), 0).await });
        tokio::task::yield_now().await;
        first.keep("one".to_owned());
        drop(first);
        assert_eq!(second.await.unwrap(), (Bytes::from_static(b"one"), false));
    }
}
