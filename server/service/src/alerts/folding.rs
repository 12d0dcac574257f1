//! Devices that belong together: when enough of them have an open alert of a rule, one stands for them.

use std::collections::BTreeSet;
use std::sync::Arc;

use muster_core::alert::{Act, Alert, AlertId, Folding, RuleId, Why, fold};
use muster_storage::AlertStep;

use super::judge::open_now;
use crate::error::ServiceError;
use crate::hub::Hub;

/// Devices that belong together: of a rule, with the same value of its tag.
pub(super) type Fold = (RuleId, String);

impl Hub {
    /// Folds and unfolds what has changed.
    pub(super) async fn fold_alerts(&self, folds: BTreeSet<Fold>) -> Result<(), ServiceError> {
        let known = self.alert_engine().known();
        for (rule, value) in folds {
            let Some((found, _)) = known.find(rule) else {
                continue;
            };
            let board = self.alert_engine().board();
            let living = board.of_rule(rule);
            let belongs = |alert: &&Arc<Alert>| {
                alert.device.is_some() && alert.fold == value && alert.state.is_active()
            };
            let open: Vec<&Arc<Alert>> = living.iter().filter(belongs).collect();
            let group = board.group(rule, &value);
            let folds = !found.draft.fold_by.is_empty();
            let at = if folds {
                u64::from(found.draft.fold_at)
            } else {
                0
            };
            match fold(open.len() as u64, group.is_some(), at) {
                Folding::Unfold => {
                    let mut writes = under(&open, None);
                    writes.extend(group.map(|group| self.ended(&group, Why::Cleared)));
                    self.write_alerts(writes).await?;
                }
                Folding::Fold => {
                    let now = self.now();
                    let named = (found.id, &found.draft);
                    let mut alert = Alert::pending(named, None, value.clone(), now, now);
                    alert.devices = open.len() as u64;
                    open_now(&mut alert, now);
                    let event = self.opened_event(&alert);
                    let begin = AlertStep::Begin(Box::new(alert));
                    self.write_alerts(vec![(begin, Some(event))]).await?;
                    let group = board.group(rule, &value).map(|group| group.id);
                    self.write_alerts(under(&open, group)).await?;
                }
                Folding::Stay => {
                    let Some(group) = group else {
                        continue;
                    };
                    let mut writes = under(&open, Some(group.id));
                    if group.devices != open.len() as u64 {
                        let count = AlertStep::Act {
                            id: group.id,
                            act: Act::Count(open.len() as u64),
                            by: None,
                        };
                        writes.push((count, None));
                    }
                    self.write_alerts(writes).await?;
                }
            }
        }
        Ok(())
    }
}

/// Puts alerts below one that stands for them, or below none.
fn under(alerts: &[&Arc<Alert>], parent: Option<AlertId>) -> Vec<muster_storage::AlertWrite> {
    let others = alerts.iter().filter(|alert| alert.parent != parent);
    let steps = others.map(|alert| AlertStep::Act {
        id: alert.id,
        act: Act::Under(parent),
        by: None,
    });
    steps.map(|step| (step, None)).collect()
}
