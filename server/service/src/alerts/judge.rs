//! Looking at devices: what rules say about them now, and what becomes of their alerts.

use std::collections::BTreeSet;

use muster_core::alert::{Act, Alert, AlertId, Next, Rule, RuleId, Seen, State, Why, next};
use muster_core::contact::{Contact, Schedule};
use muster_core::event::{Actor, EventKind, NewEvent};
use muster_core::gate::{SheetKind, Slug, State as Opening};
use muster_core::ids::DeviceId;
use muster_core::time::Timestamp;
use muster_core::twin::Object;
use muster_query::{Document, Path, Row as _, Scope};
use muster_storage::{AlertStep, AlertWrite};
use serde_json::{Value, json};

use super::MAX_ALERTS_PER_RULE;
use super::flood::COUNT_EVERY_MS;
use super::folding::Fold;
use super::known::{Known, Ready};
use crate::error::ServiceError;
use crate::hub::Hub;

/// A device is not looked at more often than this because of its contact or a window, in milliseconds.
const WATCH_AT_LEAST_MS: i64 = 1_000;

/// Parts of a rule that are asked of the index, each with a number of its own.
const PARTS: i64 = 3;

impl Hub {
    /// Looks at devices, each for some rules, and does what follows.
    pub(super) async fn judge_alerts(
        &self,
        devices: &[(DeviceId, BTreeSet<RuleId>)],
    ) -> Result<(), ServiceError> {
        if devices.is_empty() {
            return Ok(());
        }
        let known = self.alert_engine().known();
        let asked: BTreeSet<RuleId> = devices
            .iter()
            .flat_map(|(_, rules)| rules)
            .copied()
            .collect();
        let rules: Vec<(&Rule, &Ready)> = asked.iter().filter_map(|id| known.find(*id)).collect();
        let ids: Vec<DeviceId> = devices.iter().map(|(id, _)| id.clone()).collect();
        let holding = self.holding(&rules, &ids).await?;
        let mut writes: Vec<AlertWrite> = Vec::new();
        let mut folds: BTreeSet<Fold> = BTreeSet::new();
        for ((device, wanted), holding) in devices.iter().zip(&holding) {
            let tags = self.tags_of(device);
            let mut again = None;
            for (place, (rule, ready)) in rules.iter().enumerate() {
                if !wanted.contains(&rule.id) {
                    continue;
                }
                let mut seen = seen(place, ready, holding);
                if seen == Seen::Holds
                    && let Some(window) = &rule.draft.mute_window
                    && let Some(until) = self.muted_until(window, &tags)
                {
                    seen = Seen::OutOfSight;
                    again = earliest(again, until);
                }
                let found = Look {
                    rule,
                    device,
                    seen,
                    fold: fold_of(ready, &tags, self.now()),
                };
                if let Some(write) = self.follows(&found, &writes) {
                    if !rule.draft.fold_by.is_empty() && !found.fold.is_empty() {
                        folds.insert((rule.id, found.fold));
                    }
                    writes.push(write);
                }
            }
            if wanted.iter().any(|rule| known.timed().contains(rule)) {
                self.watch_contact(device, &known, again);
            }
        }
        self.write_alerts(writes).await?;
        self.fold_alerts(folds).await
    }

    /// For each device, the numbers of the parts of rules that hold for it.
    async fn holding(
        &self,
        rules: &[(&Rule, &Ready)],
        ids: &[DeviceId],
    ) -> Result<Vec<Vec<i64>>, ServiceError> {
        let mut conditions = Vec::with_capacity(rules.len() * 2);
        for (place, (_, ready)) in rules.iter().enumerate() {
            let number = place as i64 * PARTS;
            conditions.push((number, &ready.applies));
            conditions.push((number + 1, &ready.holds));
            conditions.extend(ready.clear.as_ref().map(|clear| (number + 2, clear)));
        }
        self.covering(&conditions, ids).await
    }

    /// What becomes of the alert of a device and rule, if anything.
    fn follows(&self, look: &Look<'_>, before: &[AlertWrite]) -> Option<AlertWrite> {
        let board = self.alert_engine().board();
        let now = self.now();
        let rule = look.rule;
        if board.group(rule.id, "").is_some() {
            let later = now.plus_ms(COUNT_EVERY_MS);
            self.alert_engine().count_again(rule.id, later);
            return None;
        }
        let living = board.of_device(rule.id, look.device);
        let timing = rule.draft.timing();
        let said = next(living.as_deref(), look.seen, timing, now);
        let act = |act: Act| {
            living.as_ref().map(|alert| AlertStep::Act {
                id: alert.id,
                act,
                by: None,
            })
        };
        match said {
            Next::Stay => None,
            Next::Clearing(due) => Some((act(Act::Clearing(due))?, None)),
            Next::Forget => Some((AlertStep::Forget(living?.id), None)),
            Next::Resolve(why) => {
                let event = self.alert_event(EventKind::AlertResolved, living.as_deref()?, why);
                Some((act(Act::Resolve(why))?, Some(event)))
            }
            Next::Open if living.is_some() => {
                let event = self.opened_event(living.as_deref()?);
                Some((act(Act::Open)?, Some(event)))
            }
            Next::Open | Next::Begin(_) => {
                let of_rule = |write: &&AlertWrite| matches!(&write.0, AlertStep::Begin(alert) if alert.rule == rule.id);
                let begun = before.iter().filter(of_rule).count();
                if board.count(rule.id) + begun >= MAX_ALERTS_PER_RULE {
                    self.alert_engine().count_again(rule.id, now);
                    return None;
                }
                let due = match said {
                    Next::Begin(due) => due,
                    _ => now,
                };
                let device = Some(look.device.clone());
                let named = (rule.id, &rule.draft);
                let mut alert = Alert::pending(named, device, look.fold.clone(), now, due);
                let event = (said == Next::Open).then(|| {
                    open_now(&mut alert, now);
                    self.opened_event(&alert)
                });
                Some((AlertStep::Begin(Box::new(alert)), event))
            }
        }
    }

    /// Looks at alerts whose moment has come: those that open or end by themselves, snoozes that are over, and those that
    /// nobody acknowledged in time.
    pub(super) async fn look_at_due(&self, due: &[AlertId]) -> Result<(), ServiceError> {
        let (mut writes, mut devices) = (Vec::new(), Vec::new());
        let (known, now) = (self.alert_engine().known(), self.now());
        for id in due {
            let Some(alert) = self.alert_engine().board().find(*id) else {
                continue;
            };
            let act = |act: Act| AlertStep::Act {
                id: *id,
                act,
                by: None,
            };
            if alert.snoozed_until.is_some_and(|until| until <= now) {
                writes.push((act(Act::Wake), None));
            }
            let after = known
                .find(alert.rule)
                .map_or(0, |(rule, _)| rule.draft.escalate_after_s);
            let late = alert.opened_at.map_or(0, |at| now.since(at)) >= i64::from(after) * 1000;
            let waits = alert.state == State::Open && alert.parent.is_none();
            if after > 0 && late && waits && alert.escalated_at.is_none() {
                let event = self.alert_event(EventKind::AlertEscalated, &alert, "nobody acted");
                writes.push((act(Act::Escalate), Some(event)));
            }
            match (&alert.device, alert.due_at.is_some_and(|due| due <= now)) {
                (Some(device), true) => {
                    devices.push((device.clone(), BTreeSet::from([alert.rule])));
                }
                (None, true) => self.alert_engine().count_again(alert.rule, now),
                (_, false) => {}
            }
        }
        self.write_alerts(writes).await?;
        self.judge_alerts(&devices).await
    }

    /// Ends living alerts of a rule, at most `most`; whether all are ended.
    pub(super) async fn end_alerts(
        &self,
        rule: RuleId,
        why: Why,
        most: usize,
    ) -> Result<bool, ServiceError> {
        let living = self.alert_engine().board().of_rule(rule);
        let all = living.len() <= most;
        let ends = living.iter().take(most).map(|alert| self.ended(alert, why));
        self.write_alerts(ends.collect()).await?;
        // What cannot be ended is gone already.
        let stuck = self.alert_engine().board().count(rule) == living.len();
        Ok(all || stuck)
    }

    /// The end of an alert, as it is written: what nobody has seen is forgotten.
    pub(super) fn ended(&self, alert: &Alert, why: Why) -> AlertWrite {
        if alert.state == State::Pending {
            return (AlertStep::Forget(alert.id), None);
        }
        let event = self.alert_event(EventKind::AlertResolved, alert, why);
        let step = AlertStep::Act {
            id: alert.id,
            act: Act::Resolve(why),
            by: None,
        };
        (step, Some(event))
    }

    /// Writes what the engine decided; what people did meanwhile stays.
    pub(super) async fn write_alerts(&self, writes: Vec<AlertWrite>) -> Result<(), ServiceError> {
        if !writes.is_empty() {
            self.store().write_alerts(writes, self.now()).await?;
        }
        Ok(())
    }

    pub(super) fn opened_event(&self, alert: &Alert) -> NewEvent {
        let severity = alert.severity;
        let detail = json!({ "rule": alert.name, "severity": severity, "devices": alert.devices });
        self.event_of(EventKind::AlertOpened, alert, detail)
    }

    fn alert_event(&self, kind: EventKind, alert: &Alert, why: impl serde::Serialize) -> NewEvent {
        self.event_of(kind, alert, json!({ "rule": alert.name, "why": why }))
    }

    fn event_of(&self, kind: EventKind, alert: &Alert, detail: Value) -> NewEvent {
        NewEvent {
            at: self.now(),
            device: alert.device.clone(),
            actor: Actor::Hub,
            kind,
            detail,
        }
    }

    fn tags_of(&self, device: &DeviceId) -> Object {
        let row = self.index().get(device, &Scope::everything(), self.now());
        let tags = row.map(|row| row.entry.tags).unwrap_or_default();
        Object::from_iter([("tags".to_owned(), Value::Object(tags))])
    }

    /// Until when a window is open for a device; `None` when it is closed.
    fn muted_until(&self, window: &Slug, twin: &Object) -> Option<Option<Timestamp>> {
        let shelf = self.books().shelf();
        let beside = Object::new();
        let document = Document {
            twin,
            beside: &beside,
            now: self.now(),
        };
        let zone = shelf.zone_of(&document).zone;
        match shelf.state(SheetKind::Window, window, &zone, self.now())? {
            Opening::Open { until } => Some(until),
            Opening::Closed { .. } => None,
        }
    }

    /// Sets when a device is looked at again because time alone changes its contact, or because a window closes.
    fn watch_contact(&self, device: &DeviceId, known: &Known, again: Option<Timestamp>) {
        let row = self.index().get(device, &Scope::everything(), self.now());
        let Some(row) = row.filter(|_| !known.on_contact().is_empty()) else {
            return self.alert_engine().watch(device, again, false);
        };
        let entry = row.entry;
        let schedule = Schedule::from_tags(&Value::Object(entry.tags));
        let next = match entry.last_activity_at {
            Some(last) if !entry.connected => contact_changes(last, schedule, self.now()),
            _ => None,
        };
        let good = matches!(row.contact, Some(Contact::Reporting | Contact::Asleep));
        self.alert_engine()
            .watch(device, earliest(again, next), good);
    }
}

/// A look at one device for one rule.
#[derive(Debug)]
struct Look<'a> {
    rule: &'a Rule,
    device: &'a DeviceId,
    seen: Seen,
    fold: String,
}

fn seen(place: usize, ready: &Ready, holding: &[i64]) -> Seen {
    let number = place as i64 * PARTS;
    if !holding.contains(&number) {
        Seen::OutOfSight
    } else if holding.contains(&(number + 1)) {
        Seen::Holds
    } else if ready.clear.is_none() || holding.contains(&(number + 2)) {
        Seen::Cleared
    } else {
        Seen::Between
    }
}

/// What the devices of an alert have in common; empty when its rule folds nothing or the device does not say.
fn fold_of(ready: &Ready, twin: &Object, now: Timestamp) -> String {
    let beside = Object::new();
    let document = Document {
        twin,
        beside: &beside,
        now,
    };
    let value = |path: &Path| document.datum(path).to_json();
    match ready.fold.as_ref().and_then(value) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text,
        Some(other) => other.to_string(),
    }
}

pub(super) fn open_now(alert: &mut Alert, now: Timestamp) {
    alert
        .apply(Act::Open, None, now)
        .expect("what is pending opens");
}

fn earliest(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}

/// When the word for the contact of a device that is away changes next; `None` once it is silent.
fn contact_changes(last: Timestamp, schedule: Schedule, now: Timestamp) -> Option<Timestamp> {
    let every = i64::from(schedule.every_s) * 1000;
    let missed = now.since(last).max(0) / every;
    let moments = [1, 3].into_iter().filter(|count| *count > missed);
    let next = moments.map(|count| last.plus_ms(count * every)).min()?;
    Some(next.max(now.plus_ms(WATCH_AT_LEAST_MS)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contact_changes_when_contacts_are_missed() {
        let last = Timestamp::from_secs(1000);
        let schedule = Schedule {
            every_s: 60,
            sleeps: false,
        };
        let check = |later: i64, want: Option<i64>| {
            let found = contact_changes(last, schedule, last.plus_ms(later * 1000));
            assert_eq!(found, want.map(|want| last.plus_ms(want * 1000)), "{later}");
        };
        check(0, Some(60));
        check(59, Some(60));
        check(60, Some(180));
        check(179, Some(180));
        check(180, None);
        check(-500, Some(60));
    }
}
