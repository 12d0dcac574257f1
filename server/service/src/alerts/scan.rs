//! Holding one rule against the fleet, step by step: the devices it has alerts of, then those that its condition keeps.

use std::collections::BTreeSet;

use muster_core::alert::{RuleId, Why};
use muster_core::ids::DeviceId;
use muster_query::Scope;

use super::run::BATCH;
use crate::error::ServiceError;
use crate::hub::Hub;

/// A rule that is being held against the fleet.
#[derive(Debug)]
pub(super) struct Scan {
    rule: RuleId,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// Devices with alerts, after this one.
    Living(Option<DeviceId>),
    /// Devices that the condition keeps, after this one.
    Kept(Option<String>),
}

impl Scan {
    pub(super) fn new(rule: RuleId) -> Self {
        Self {
            rule,
            stage: Stage::Living(None),
        }
    }

    /// Takes a step; whether that was the last one. A step that fails is taken again.
    pub(super) async fn step(&mut self, hub: &Hub) -> Result<bool, ServiceError> {
        let known = hub.alert_engine().known();
        let Some((_, ready)) = known.find(self.rule) else {
            return hub.end_alerts(self.rule, Why::Rule, BATCH).await;
        };
        match &self.stage {
            Stage::Living(after) => {
                if after.is_none() {
                    hub.make_columns(known.paths()).await?;
                }
                let devices: BTreeSet<DeviceId> = hub
                    .alert_engine()
                    .board()
                    .of_rule(self.rule)
                    .iter()
                    .filter_map(|alert| alert.device.clone())
                    .filter(|device| after.as_ref().is_none_or(|after| device > after))
                    .collect();
                let batch: Vec<DeviceId> = devices.into_iter().take(BATCH).collect();
                let Some(last) = batch.last().cloned() else {
                    self.fold_again(hub).await?;
                    self.stage = Stage::Kept(None);
                    return Ok(false);
                };
                self.judge(hub, batch).await?;
                self.stage = Stage::Living(Some(last));
            }
            Stage::Kept(after) => {
                if after.is_none() && hub.measure_flood(self.rule).await? {
                    return Ok(true);
                }
                // What time alone changes has a timer for each device: all that the rule looks at are looked at once.
                let condition = match known.timed().contains(&self.rule) {
                    true => ready.applies.clone(),
                    false => ready.applies.clone().and(ready.holds.clone()),
                };
                let index = hub.index();
                let narrowed = condition.narrowed(|path| index.holds(path));
                let everything = Scope::everything();
                let ids =
                    index.next_ids(after.as_deref(), &narrowed, &everything, hub.now(), BATCH);
                let Some(last) = ids.last().map(ToString::to_string) else {
                    return Ok(true);
                };
                self.judge(hub, ids).await?;
                self.stage = Stage::Kept(Some(last));
            }
        }
        Ok(false)
    }

    /// The rule may fold by something else now, or not at all.
    async fn fold_again(&self, hub: &Hub) -> Result<(), ServiceError> {
        let living = hub.alert_engine().board().of_rule(self.rule);
        let folds = living.iter().filter(|alert| !alert.fold.is_empty());
        let folds = folds.map(|alert| (self.rule, alert.fold.clone()));
        hub.fold_alerts(folds.collect()).await
    }

    async fn judge(&self, hub: &Hub, ids: Vec<DeviceId>) -> Result<(), ServiceError> {
        let only = BTreeSet::from([self.rule]);
        let devices: Vec<_> = ids.into_iter().map(|id| (id, only.clone())).collect();
        hub.judge_alerts(&devices).await
    }
}
