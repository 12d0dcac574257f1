//! All alerts that live, in memory: as the writer committed them, and what to look at again by itself.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use muster_core::alert::{Alert, AlertId, RuleId, State};
use muster_core::ids::DeviceId;
use muster_core::time::Timestamp;

/// The board. Bounded by [`muster_core::alert::MAX_RULES`] times [`super::MAX_ALERTS_PER_RULE`] and their groups.
#[derive(Debug, Default)]
pub(crate) struct Board(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    all: BTreeMap<AlertId, Arc<Alert>>,
    by_device: HashMap<DeviceId, BTreeSet<AlertId>>,
    by_rule: BTreeMap<RuleId, BTreeSet<AlertId>>,
    /// Those that stand for many.
    groups: HashMap<(RuleId, String), AlertId>,
}

impl Board {
    /// Takes what lived when the hub ended.
    pub(super) fn load(&self, alerts: Vec<Alert>) {
        let mut held = self.lock();
        for alert in alerts {
            held.put(alert);
        }
    }

    /// Follows a commit.
    pub(super) fn follow(&self, alerts: &[Alert], gone: &[AlertId]) {
        let mut held = self.lock();
        for id in gone {
            held.remove(*id);
        }
        for alert in alerts {
            held.remove(alert.id);
            held.put(alert.clone());
        }
    }

    /// A device is gone, and its alerts with it.
    pub(super) fn drop_device(&self, device: &DeviceId) {
        let mut held = self.lock();
        for id in held.by_device.remove(device).unwrap_or_default() {
            held.remove(id);
        }
    }

    /// The living alert of a rule and device.
    pub(super) fn of_device(&self, rule: RuleId, device: &DeviceId) -> Option<Arc<Alert>> {
        let held = self.lock();
        let ids = held.by_device.get(device)?;
        let found = ids.iter().filter_map(|id| held.all.get(id));
        found.into_iter().find(|alert| alert.rule == rule).cloned()
    }

    /// All living alerts of a device.
    pub(super) fn all_of_device(&self, device: &DeviceId) -> Vec<Arc<Alert>> {
        let held = self.lock();
        let ids = held.by_device.get(device).into_iter().flatten();
        ids.filter_map(|id| held.all.get(id)).cloned().collect()
    }

    /// All living alerts of a rule.
    pub(super) fn of_rule(&self, rule: RuleId) -> Vec<Arc<Alert>> {
        let held = self.lock();
        let ids = held.by_rule.get(&rule).into_iter().flatten();
        ids.filter_map(|id| held.all.get(id)).cloned().collect()
    }

    /// How many live of a rule.
    pub(super) fn count(&self, rule: RuleId) -> usize {
        self.lock().by_rule.get(&rule).map_or(0, BTreeSet::len)
    }

    /// The alert that stands for the devices of a rule that have this in common.
    pub(super) fn group(&self, rule: RuleId, fold: &str) -> Option<Arc<Alert>> {
        let held = self.lock();
        let id = held.groups.get(&(rule, fold.to_owned()))?;
        held.all.get(id).cloned()
    }

    /// A living alert.
    pub(super) fn find(&self, id: AlertId) -> Option<Arc<Alert>> {
        self.lock().all.get(&id).cloned()
    }

    /// Everything that lives, oldest first.
    pub(super) fn all(&self) -> Vec<Arc<Alert>> {
        self.lock().all.values().cloned().collect()
    }

    /// Rules that have living alerts.
    pub(super) fn rules(&self) -> Vec<RuleId> {
        self.lock().by_rule.keys().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn put(&mut self, alert: Alert) {
        if alert.state == State::Resolved {
            return;
        }
        let id = alert.id;
        self.by_rule.entry(alert.rule).or_default().insert(id);
        if let Some(device) = &alert.device {
            self.by_device.entry(device.clone()).or_default().insert(id);
        } else {
            self.groups.insert((alert.rule, alert.fold.clone()), id);
        }
        self.all.insert(id, Arc::new(alert));
    }

    fn remove(&mut self, id: AlertId) {
        let Some(alert) = self.all.remove(&id) else {
            return;
        };
        if let Some(ids) = self.by_rule.get_mut(&alert.rule) {
            ids.remove(&id);
            if ids.is_empty() {
                self.by_rule.remove(&alert.rule);
            }
        }
        if alert.device.is_none() {
            self.groups.remove(&(alert.rule, alert.fold.clone()));
        }
        if let Some(device) = &alert.device
            && let Some(ids) = self.by_device.get_mut(device)
        {
            ids.remove(&id);
            if ids.is_empty() {
                self.by_device.remove(device);
            }
        }
    }
}

/// Moments at which something is looked at again, each thing at one moment.
#[derive(Debug)]
pub(super) struct Timers<K> {
    at: HashMap<K, Timestamp>,
    queue: BTreeSet<(Timestamp, K)>,
}

impl<K> Default for Timers<K> {
    fn default() -> Self {
        Self {
            at: HashMap::new(),
            queue: BTreeSet::new(),
        }
    }
}

impl<K: Clone + Ord + std::hash::Hash> Timers<K> {
    /// Sets, moves or takes away the moment of a thing.
    pub(super) fn set(&mut self, key: &K, at: Option<Timestamp>) {
        if let Some(before) = self.at.remove(key) {
            self.queue.remove(&(before, key.clone()));
        }
        if let Some(at) = at {
            self.at.insert(key.clone(), at);
            self.queue.insert((at, key.clone()));
        }
    }

    /// Takes up to `most` whose moment has come.
    pub(super) fn take(&mut self, now: Timestamp, most: usize) -> Vec<K> {
        let mut taken = Vec::new();
        while taken.len() < most
            && let Some((at, _)) = self.queue.first()
            && *at <= now
        {
            let Some((_, key)) = self.queue.pop_first() else {
                break;
            };
            self.at.remove(&key);
            taken.push(key);
        }
        taken
    }

    /// The next moment.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.queue.first().map(|(at, _)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_has_one_moment() {
        let at = Timestamp::from_secs;
        let mut timers = Timers::default();
        timers.set(&"a", Some(at(5)));
        timers.set(&"b", Some(at(3)));
        timers.set(&"a", Some(at(2)));
        timers.set(&"c", Some(at(1)));
        timers.set(&"c", None);
        assert_eq!(timers.next(), Some(at(2)));
        assert_eq!(timers.take(at(1), 9), Vec::<&str>::new());
        assert_eq!(timers.take(at(9), 1), ["a"]);
        assert_eq!(timers.take(at(9), 9), ["b"]);
        assert_eq!(timers.next(), None);
    }
}
