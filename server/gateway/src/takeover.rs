//! Two clients with one identity chase each other off for ever (spec §2.3); this slows them down.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use muster_core::ids::Identity;
use tokio::time::Instant;

/// How often a connection may take over from another of the same identity within [`WINDOW`].
pub(crate) const MAX_TAKEOVERS: u32 = 10;

/// The time over which takeovers are counted.
pub(crate) const WINDOW: Duration = Duration::from_secs(60);

/// The identities that are connected, with their recent takeovers. An identity is forgotten when its last
/// connection ends, so this holds no more than there are connections.
#[derive(Debug, Default)]
pub(crate) struct Takeovers(Mutex<HashMap<Identity, Presence>>);

#[derive(Debug)]
struct Presence {
    connections: u32,
    takeovers: u32,
    since: Instant,
}

/// One connection of an identity; counts until it is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    all: Arc<Takeovers>,
    who: Identity,
}

impl Takeovers {
    /// A place for a new connection; `None` when the identity has changed hands too often.
    pub(crate) fn enter(self: &Arc<Self>, who: &Identity, now: Instant) -> Option<Seat> {
        let mut all = self.lock();
        let presence = all.entry(who.clone()).or_insert(Presence {
            connections: 0,
            takeovers: 0,
            since: now,
        });
        if now.duration_since(presence.since) >= WINDOW {
            presence.takeovers = 0;
            presence.since = now;
        }
        if presence.connections > 0 {
            if presence.takeovers >= MAX_TAKEOVERS {
                return None;
            }
            presence.takeovers += 1;
        }
        presence.connections += 1;
        Some(Seat {
            all: self.clone(),
            who: who.clone(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Identity, Presence>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut all = self.all.lock();
        if let Some(presence) = all.get_mut(&self.who) {
            presence.connections -= 1;
            if presence.connections == 0 {
                all.remove(&self.who);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_identity_changes_hands_ten_times_a_minute() {
        let all = Arc::new(Takeovers::default());
        let device = Identity::parse("d").unwrap();
        let start = Instant::now();
        let mut seat = all.enter(&device, start).unwrap();
        for _ in 0..MAX_TAKEOVERS {
            seat = all.enter(&device, start).unwrap();
        }
        assert!(all.enter(&device, start).is_none());
        assert!(all.enter(&Identity::parse("d/m").unwrap(), start).is_some());
        assert!(all.enter(&device, start + WINDOW).is_some());
        drop(seat);
        assert!(
            all.lock().is_empty(),
            "nobody is connected, nothing is kept"
        );
    }

    #[test]
    fn coming_back_is_no_takeover() {
        let all = Arc::new(Takeovers::default());
        let device = Identity::parse("d").unwrap();
        for _ in 0..3 * MAX_TAKEOVERS {
            assert!(all.enter(&device, Instant::now()).is_some());
        }
    }
}
