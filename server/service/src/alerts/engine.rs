//! What waits to be looked at. The writer only notes it here; [`super::run`] does it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use muster_core::alert::{Alert, AlertId, RuleId};
use muster_core::event::{Event, EventKind};
use muster_core::ids::DeviceId;
use muster_core::time::Timestamp;
use muster_storage::{Change, Committed};
use tokio::sync::Notify;

use super::board::{Board, Timers};
use super::known::Known;

/// Devices that wait; beyond it every rule is held against the fleet again, so that nothing is lost.
const MAX_WAITING: usize = 20_000;

/// The engine's memory.
#[derive(Debug)]
pub(crate) struct Engine {
    known: RwLock<Arc<Known>>,
    board: Board,
    waiting: Mutex<Waiting>,
    wake: Notify,
    /// Rules are saved one after the other.
    saving: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Waiting {
    devices: HashMap<DeviceId, BTreeSet<RuleId>>,
    /// Rules that are to be held against the fleet.
    rules: BTreeSet<RuleId>,
    /// Rules that one alert stands for, whose devices are to be counted again, not before the moment.
    counts: BTreeMap<RuleId, Timestamp>,
    /// Alerts that are due.
    due: Timers<AlertId>,
    /// Devices whose contact or window changes by itself.
    watched: Timers<DeviceId>,
    /// Devices whose activity changes nothing before that: they are in contact.
    calm: BTreeSet<DeviceId>,
}

impl Default for Engine {
    fn default() -> Self {
        Self {
            known: RwLock::new(Arc::new(Known::default())),
            board: Board::default(),
            waiting: Mutex::default(),
            wake: Notify::new(),
            saving: tokio::sync::Mutex::default(),
        }
    }
}

impl Engine {
    pub(crate) fn known(&self) -> Arc<Known> {
        let known = self.known.read();
        known.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn learn(&self, known: Known) {
        let mut slot = self.known.write().unwrap_or_else(PoisonError::into_inner);
        *slot = Arc::new(known);
        drop(slot);
        let known = self.known();
        let living = self.board.all();
        let mut waiting = self.lock();
        for alert in living {
            waiting.due.set(&alert.id, due(&alert, &known));
        }
    }

    pub(super) fn saving(&self) -> &tokio::sync::Mutex<()> {
        &self.saving
    }

    pub(super) fn board(&self) -> &Board {
        &self.board
    }

    /// Has a rule held against the fleet.
    pub(super) fn look_at(&self, rule: RuleId) {
        self.lock().rules.insert(rule);
        self.wake.notify_one();
    }

    /// Has every rule held against the fleet, and what lives of rules that are gone ended. Timers are set again with it.
    pub(super) fn look_at_all(&self) {
        let known = self.known();
        let mut waiting = self.lock();
        waiting.rules.extend(known.watching());
        waiting.rules.extend(self.board.rules());
        self.wake.notify_one();
    }

    /// Has the devices of a rule counted again, not before `at`.
    pub(super) fn count_again(&self, rule: RuleId, at: Timestamp) {
        self.lock().counts.entry(rule).or_insert(at);
        self.wake.notify_one();
    }

    /// Sets when an alert is to be looked at again.
    pub(super) fn set_due(&self, alert: AlertId, at: Option<Timestamp>) {
        self.lock().due.set(&alert, at);
    }

    /// Sets when a device is to be looked at again by itself, and whether its activity changes nothing before that.
    pub(super) fn watch(&self, device: &DeviceId, at: Option<Timestamp>, calm: bool) {
        let mut waiting = self.lock();
        waiting.watched.set(device, at);
        if calm {
            waiting.calm.insert(device.clone());
        } else {
            waiting.calm.remove(device);
        }
    }

    /// Until something waits.
    pub(super) async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Takes up to `most` waiting devices, each with the rules that are to look at it.
    pub(super) fn take_devices(&self, most: usize) -> Vec<(DeviceId, BTreeSet<RuleId>)> {
        let mut waiting = self.lock();
        let ids: Vec<DeviceId> = waiting.devices.keys().take(most).cloned().collect();
        ids.into_iter()
            .filter_map(|id| waiting.devices.remove_entry(&id))
            .collect()
    }

    /// Has devices wait that could not be looked at.
    pub(super) fn give_back(&self, devices: Vec<(DeviceId, BTreeSet<RuleId>)>) {
        for (device, rules) in devices {
            self.note(&device, &rules);
        }
    }

    /// Takes a rule that is to be held against the fleet.
    pub(super) fn take_rule(&self) -> Option<RuleId> {
        self.lock().rules.pop_first()
    }

    /// Takes a rule whose devices are to be counted.
    pub(super) fn take_count(&self, now: Timestamp) -> Option<RuleId> {
        let mut waiting = self.lock();
        let ready = waiting.counts.iter().find(|(_, at)| **at <= now);
        let rule = ready.map(|(rule, _)| *rule)?;
        waiting.counts.remove(&rule);
        Some(rule)
    }

    /// Takes up to `most` alerts that are due.
    pub(super) fn take_due(&self, now: Timestamp, most: usize) -> Vec<AlertId> {
        self.lock().due.take(now, most)
    }

    /// Has devices wait whose moment has come, at most `most`; whether there were some.
    pub(super) fn wake_watched(&self, now: Timestamp, most: usize) -> bool {
        let devices = self.lock().watched.take(now, most);
        let known = self.known();
        for device in &devices {
            self.note(device, known.timed());
        }
        !devices.is_empty()
    }

    /// Has a device wait for these rules.
    pub(super) fn note(&self, device: &DeviceId, rules: &BTreeSet<RuleId>) {
        if rules.is_empty() {
            return;
        }
        let mut waiting = self.lock();
        if waiting.devices.len() >= MAX_WAITING && !waiting.devices.contains_key(device) {
            waiting.devices.clear();
            drop(waiting);
            return self.look_at_all();
        }
        let wanted = waiting.devices.entry(device.clone()).or_default();
        wanted.extend(rules);
        self.wake.notify_one();
    }

    /// Notes what a commit may have changed. Runs in the writer, after the index.
    pub(crate) fn hear(&self, committed: &Committed) {
        match &committed.change {
            Change::Alerts { alerts, gone } => return self.follow(alerts, gone),
            Change::DeviceDeleted(id) => {
                self.board.drop_device(id);
                self.watch(id, None, false);
                return;
            }
            Change::Device(_)
            | Change::Twin { .. }
            | Change::Presence { .. }
            | Change::Configurations { .. }
            | Change::Activity { .. }
            | Change::Books(_) => {}
            _ => return,
        }
        let known = self.known();
        if known.is_empty() {
            return;
        }
        let mut rules = BTreeSet::new();
        let device = match &committed.change {
            Change::Device(row) => {
                rules.extend(known.watching());
                &row.device.id
            }
            Change::Twin { id, reported, .. } => {
                for event in &committed.events {
                    touched(event, &known, &mut rules);
                }
                if *reported && self.stirs(id, &known) {
                    rules.extend(known.on_contact());
                }
                id
            }
            Change::Presence { id, .. } => {
                rules.extend(known.on_presence());
                let moved = |event: &Event| event.kind == EventKind::StageChanged;
                if committed.events.iter().any(moved) {
                    rules.extend(known.watching());
                }
                id
            }
            Change::Configurations { id, .. } => {
                rules.extend(known.on_configurations());
                id
            }
            Change::Activity { id, .. } => {
                if self.stirs(id, &known) {
                    rules.extend(known.on_contact());
                }
                id
            }
            _ => {
                for rule in known.with_windows() {
                    self.look_at(*rule);
                }
                return;
            }
        };
        self.note(device, &rules);
    }

    /// Whether activity of a device may change what a rule says about its contact.
    fn stirs(&self, device: &DeviceId, known: &Known) -> bool {
        !known.on_contact().is_empty() && !self.lock().calm.contains(device)
    }

    fn follow(&self, alerts: &[Alert], gone: &[AlertId]) {
        self.board.follow(alerts, gone);
        let known = self.known();
        let mut waiting = self.lock();
        for id in gone {
            waiting.due.set(id, None);
        }
        for alert in alerts {
            waiting.due.set(&alert.id, due(alert, &known));
        }
        self.wake.notify_one();
    }

    /// When something is to be looked at next by itself.
    pub(super) fn next_moment(&self) -> Option<Timestamp> {
        let waiting = self.lock();
        let counts = waiting.counts.values().min().copied();
        [waiting.due.next(), waiting.watched.next(), counts]
            .into_iter()
            .flatten()
            .min()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When an alert is to be looked at by itself, as its rule is now.
pub(super) fn due(alert: &Alert, known: &Known) -> Option<Timestamp> {
    if alert.state == muster_core::alert::State::Resolved {
        return None;
    }
    let rule = known.find(alert.rule).map(|(rule, _)| &rule.draft);
    let escalates = rule.map_or(0, |draft| i64::from(draft.escalate_after_s) * 1000);
    alert.look_at(escalates)
}

fn touched(event: &Event, known: &Known, rules: &mut BTreeSet<RuleId>) {
    let patch = &event.detail["patch"];
    let whole = event.detail["replaced"] == true;
    let patch = if whole {
        &serde_json::Value::Null
    } else {
        patch
    };
    match event.kind {
        EventKind::TagsChanged => known.on_tags(patch, rules),
        EventKind::Reported => known.on_reported(patch, rules),
        EventKind::DesiredChanged => known.on_desired(patch, rules),
        EventKind::StageChanged => rules.extend(known.watching()),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::super::known::tests::rule;
    use super::*;
    use muster_core::event::Actor;
    use muster_core::ids::EventSeq;
    use serde_json::{Value, json};

    fn engine() -> Engine {
        let engine = Engine::default();
        engine.learn(Known::new(vec![
            rule(1, "properties.reported.power.battery < 20"),
            rule(2, "tags.site = 'a'"),
            rule(3, "contact = 'silent'"),
        ]));
        engine
    }

    fn change(id: &DeviceId, reported: bool) -> Change {
        Change::Twin {
            id: id.clone(),
            tags: None,
            desired: None,
            reported,
            drift: false,
            at: Timestamp::default(),
        }
    }

    fn event(id: &DeviceId, kind: EventKind, detail: Value) -> Event {
        Event {
            seq: EventSeq(1),
            at: Timestamp::default(),
            device: Some(id.clone()),
            actor: Actor::Console,
            kind,
            detail,
        }
    }

    #[test]
    fn a_device_waits_for_the_rules_that_look_at_what_changed() {
        let engine = engine();
        let id: DeviceId = "near".parse().unwrap();
        let check = |change: Change, kind, detail: Value, want: &[i64]| {
            engine.hear(&Committed {
                events: vec![event(&id, kind, detail.clone())],
                change,
            });
            let taken = engine.take_devices(9);
            let found = taken
                .first()
                .map(|(_, rules)| rules.clone())
                .unwrap_or_default();
            let found: Vec<i64> = found.into_iter().map(|rule| rule.0).collect();
            assert_eq!(found, want, "{kind:?} {detail}");
        };
        use EventKind::{Reported, TagsChanged};
        let battery = || json!({"patch": {"power": {"battery": 3}}});
        check(change(&id, true), Reported, battery(), &[1, 3]);
        engine.watch(&id, None, true);
        check(change(&id, true), Reported, battery(), &[1]);
        check(change(&id, true), Reported, json!({"patch": {"x": 3}}), &[]);
        check(
            change(&id, false),
            TagsChanged,
            json!({"patch": {"site": "a"}}),
            &[2],
        );
        let replaced = json!({"patch": {"x": "a"}, "replaced": true});
        check(change(&id, false), TagsChanged, replaced, &[2, 3]);
        let activity = Change::Activity {
            id: id.clone(),
            at: Timestamp::default(),
        };
        check(activity, Reported, json!({}), &[]);
    }

    #[test]
    fn too_many_become_a_look_at_all() {
        let engine = engine();
        for number in 0..=MAX_WAITING {
            let id: DeviceId = format!("d{number}").parse().unwrap();
            engine.note(&id, &BTreeSet::from([RuleId(1)]));
        }
        assert!(engine.take_devices(9).is_empty());
        let rules: Vec<_> = std::iter::from_fn(|| engine.take_rule()).collect();
        assert_eq!(rules, [RuleId(1), RuleId(2), RuleId(3)]);
    }
}
