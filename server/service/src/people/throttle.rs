//! Slows down guessing: a bounded number of refused sign-ins per name and per address in a window of time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use muster_core::time::Timestamp;

/// Length of the window.
const WINDOW_MS: i64 = 5 * 60 * 1000;

/// Refused sign-ins for one name within the window.
const PER_NAME: u32 = 10;

/// Refused sign-ins from one address within the window.
const PER_ADDRESS: u32 = 50;

/// Names and addresses remembered; beyond it the oldest windows are forgotten.
const MAX_ENTRIES: usize = 20_000;

#[derive(Clone, Copy, Debug)]
struct Window {
    since: Timestamp,
    refused: u32,
}

#[derive(Debug, Default)]
pub(super) struct Throttle(Mutex<HashMap<String, Window>>);

impl Throttle {
    /// Whether another try is allowed now.
    pub(super) fn allows(&self, name: &str, address: &str, now: Timestamp) -> bool {
        let map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let refused = |key: String| match map.get(&key) {
            Some(window) if now.since(window.since) < WINDOW_MS => window.refused,
            _ => 0,
        };
        refused(name_key(name)) < PER_NAME && refused(address_key(address)) < PER_ADDRESS
    }

    /// Counts a refused try.
    pub(super) fn refused(&self, name: &str, address: &str, now: Timestamp) {
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if map.len() >= MAX_ENTRIES {
            map.retain(|_, window| now.since(window.since) < WINDOW_MS);
        }
        if map.len() >= MAX_ENTRIES {
            map.clear();
        }
        for key in [name_key(name), address_key(address)] {
            let window = map.entry(key).or_insert(Window {
                since: now,
                refused: 0,
            });
            if now.since(window.since) >= WINDOW_MS {
                *window = Window {
                    since: now,
                    refused: 0,
                };
            }
            window.refused += 1;
        }
    }

    /// A good sign-in clears the name.
    pub(super) fn succeeded(&self, name: &str) {
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        map.remove(&name_key(name));
    }
}

fn name_key(name: &str) -> String {
    format!("n:{}", name.to_lowercase())
}

fn address_key(address: &str) -> String {
    format!("a:{address}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_closed_after_ten_refusals_and_opens_again_after_the_window() {
        let throttle = Throttle::default();
        let at = Timestamp::from_secs;
        for _ in 0..PER_NAME {
            assert!(throttle.allows("Ann", "10.0.0.1", at(0)));
            throttle.refused("ann", "10.0.0.1", at(0));
        }
        assert!(!throttle.allows("ANN", "10.0.0.2", at(1)));
        assert!(throttle.allows("bob", "10.0.0.1", at(1)));
        assert!(throttle.allows("ann", "10.0.0.1", at(301)));
    }

    #[test]
    fn an_address_is_closed_after_fifty() {
        let throttle = Throttle::default();
        let now = Timestamp::from_secs(0);
        for i in 0..PER_ADDRESS {
            throttle.refused(&format!("name{i}"), "10.0.0.1", now);
        }
        assert!(!throttle.allows("fresh", "10.0.0.1", now));
        assert!(throttle.allows("fresh", "10.0.0.9", now));
    }
}
