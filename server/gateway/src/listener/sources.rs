//! How fast one address may open connections, and how many handshakes it may keep unfinished.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

/// Addresses remembered before the ones at rest are forgotten.
const MAX_SOURCES: usize = 10_000;

/// What one address may do. Loopback may do everything: demo, tests and proxies on the machine live there.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Allowance {
    /// Connections per second in the long run.
    pub(super) rate: f64,
    /// Connections at once after a rest.
    pub(super) burst: f64,
    /// Unfinished handshakes at a time.
    pub(super) handshakes: usize,
}

/// The addresses seen lately.
#[derive(Debug)]
pub(super) struct Sources {
    allowance: Allowance,
    seen: Mutex<HashMap<IpAddr, Source>>,
}

#[derive(Debug)]
struct Source {
    tokens: f64,
    at: Instant,
    handshakes: usize,
}

/// A connection that may go on with its handshake; counts as unfinished until dropped.
#[derive(Debug)]
pub(super) struct Entry {
    sources: Arc<Sources>,
    address: Option<IpAddr>,
}

impl Sources {
    pub(super) fn new(allowance: Allowance) -> Self {
        Self {
            allowance,
            seen: Mutex::default(),
        }
    }

    /// Whether a connection from `address` is taken now.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr, now: Instant) -> Option<Entry> {
        let address = address.to_canonical();
        if address.is_loopback() {
            return Some(self.entry(None));
        }
        let address = network_of(address);
        let Allowance {
            rate,
            burst,
            handshakes,
        } = self.allowance;
        let mut seen = self.lock();
        if seen.len() >= MAX_SOURCES && !seen.contains_key(&address) {
            let rested = |s: &Source| s.tokens_at(now, rate) >= burst && s.handshakes == 0;
            seen.retain(|_, source| !rested(source));
            if seen.len() >= MAX_SOURCES {
                return None;
            }
        }
        let source = seen.entry(address).or_insert(Source {
            tokens: burst,
            at: now,
            handshakes: 0,
        });
        source.tokens = source.tokens_at(now, rate).min(burst);
        source.at = now;
        if source.tokens < 1.0 || source.handshakes >= handshakes {
            return None;
        }
        source.tokens -= 1.0;
        source.handshakes += 1;
        drop(seen);
        Some(self.entry(Some(address)))
    }

    fn entry(self: &Arc<Self>, address: Option<IpAddr>) -> Entry {
        Entry {
            sources: self.clone(),
            address,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, Source>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Source {
    fn tokens_at(&self, now: Instant, rate: f64) -> f64 {
        self.tokens + now.duration_since(self.at).as_secs_f64() * rate
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let Some(address) = self.address else { return };
        if let Some(source) = self.sources.lock().get_mut(&address) {
            source.handshakes -= 1;
        }
    }
}

/// One household has a whole /64 of IPv6.
fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::time::Duration;

    use super::*;

    fn sources() -> Arc<Sources> {
        Arc::new(Sources::new(Allowance {
            rate: 2.0,
            burst: 4.0,
            handshakes: 3,
        }))
    }

    #[test]
    fn a_source_has_a_burst_and_a_rate() {
        let (sources, start) = (sources(), Instant::now());
        let taken = |address: &str, now| {
            let address = address.parse().unwrap();
            (0..10)
                .filter(|_| sources.enter(address, now).is_some())
                .count()
        };
        assert_eq!(taken("10.0.0.1", start), 4);
        assert_eq!(taken("10.0.0.2", start), 4);
        assert_eq!(taken("10.0.0.1", start + Duration::from_secs(1)), 2);
        assert_eq!(taken("::ffff:10.0.0.1", start + Duration::from_secs(1)), 0);
        assert_eq!(taken("2001:db8::1", start), 4);
        assert_eq!(taken("2001:db8::2", start), 0);
        assert_eq!(taken("127.0.0.11", start), 10);
        assert_eq!(taken("::1", start), 10);
    }

    #[test]
    fn unfinished_handshakes_are_counted() {
        let (sources, start) = (sources(), Instant::now());
        let address = "10.0.0.1".parse().unwrap();
        let mut held: Vec<_> = (0..3)
            .map(|_| sources.enter(address, start).unwrap())
            .collect();
        assert!(sources.enter(address, start).is_none());
        held.pop();
        assert!(sources.enter(address, start).is_some());
    }

    #[test]
    fn addresses_at_rest_are_forgotten() {
        let (sources, start) = (sources(), Instant::now());
        for n in 0..MAX_SOURCES {
            let address = IpAddr::from((n as u32 + 0x0a00_0000).to_be_bytes());
            assert!(sources.enter(address, start).is_some());
        }
        let address = "192.0.2.1".parse().unwrap();
        assert!(sources.enter(address, start).is_none());
        assert!(
            sources
                .enter(address, start + Duration::from_secs(1))
                .is_some()
        );
        assert_eq!(sources.lock().len(), 1);
    }
}
