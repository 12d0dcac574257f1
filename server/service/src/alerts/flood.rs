//! Rules that concern so many devices that one alert stands for all of them: their devices are only counted.

use muster_core::alert::{Act, Alert, RuleId, State, Why, is_flood};
use muster_query::Scope;
use muster_storage::AlertStep;

use super::MAX_ALERTS_PER_RULE;
use super::judge::open_now;
use super::run::BATCH;
use crate::error::ServiceError;
use crate::hub::Hub;

/// Shortest time between two counts of the devices of a rule, in milliseconds.
pub(super) const COUNT_EVERY_MS: i64 = 5_000;

impl Hub {
    /// Counts the devices of a rule. Whether one alert stands for all of them now.
    pub(super) async fn measure_flood(&self, rule: RuleId) -> Result<bool, ServiceError> {
        self.flood(rule, 0).await
    }

    /// Counts the devices of a rule that has as many alerts as are told one by one, or that one alert stands for.
    pub(super) async fn count_flood(&self, rule: RuleId) -> Result<(), ServiceError> {
        let living = self.alert_engine().board().count(rule);
        let full = living >= MAX_ALERTS_PER_RULE;
        self.flood(rule, if full { MAX_ALERTS_PER_RULE + 1 } else { 0 })
            .await?;
        Ok(())
    }

    async fn flood(&self, rule: RuleId, at_least: usize) -> Result<bool, ServiceError> {
        let engine = self.alert_engine();
        let known = engine.known();
        let Some((found, ready)) = known.find(rule) else {
            engine.look_at(rule);
            return Ok(false);
        };
        let condition = ready.applies.clone().and(ready.holds.clone());
        let count = self
            .matching_count(&condition, &Scope::everything())
            .await?;
        let group = engine.board().group(rule, "");
        let devices = match group {
            Some(_) => count as u64,
            None => count.max(at_least) as u64,
        };
        let cap = MAX_ALERTS_PER_RULE as u64;
        match (
            group,
            is_flood(devices, engine.board().group(rule, "").is_some(), cap),
        ) {
            (None, false) => Ok(false),
            (None, true) => {
                while !self.end_alerts(rule, Why::Folded, BATCH).await? {}
                let now = self.now();
                let timing = found.draft.timing();
                let named = (found.id, &found.draft);
                let due = now.plus_ms(timing.for_ms);
                let mut alert = Alert::pending(named, None, String::new(), now, due);
                alert.devices = devices;
                let event = (timing.for_ms == 0).then(|| {
                    open_now(&mut alert, now);
                    self.opened_event(&alert)
                });
                let begin = AlertStep::Begin(Box::new(alert));
                self.write_alerts(vec![(begin, event)]).await?;
                engine.count_again(rule, now.plus_ms(COUNT_EVERY_MS));
                Ok(true)
            }
            (Some(group), true) => {
                self.recount(&group, devices).await?;
                Ok(true)
            }
            (Some(group), false) => {
                self.write_alerts(vec![self.ended(&group, Why::Cleared)])
                    .await?;
                engine.look_at(rule);
                Ok(false)
            }
        }
    }

    /// What a group says of its devices now; it opens when it is due.
    async fn recount(&self, group: &Alert, devices: u64) -> Result<(), ServiceError> {
        let act = |act: Act| AlertStep::Act {
            id: group.id,
            act,
            by: None,
        };
        let mut writes = Vec::new();
        if group.state == State::Pending {
            if group.due_at.is_none_or(|due| due <= self.now()) {
                let mut opened = group.clone();
                opened.devices = devices;
                writes.push((act(Act::Open), Some(self.opened_event(&opened))));
            }
        } else if group.devices != devices {
            writes.push((act(Act::Count(devices)), None));
        }
        self.write_alerts(writes).await
    }
}
