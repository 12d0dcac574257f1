//! What people do with alerts, one or many at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use muster_core::alert::{Act, Alert, AlertId, Assignee, BadAct, State, Why};
use muster_core::event::{EventKind, NewEvent};
use muster_core::ids::PersonId;
use muster_core::policy::{Action, allows};
use muster_storage::{AlertStep, AlertWrite};
use serde_json::{Value, json};

use super::inbox::Sight;
use crate::access::kinds::{DirectAlerts, HandleAlerts};
use crate::access::{Access, Permit};
use crate::error::ServiceError;
use crate::hub::Hub;

/// Most alerts that are acted on at once.
pub const MAX_AT_ONCE: usize = 500;

/// What whoever works on alerts does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Handling {
    /// Somebody knows.
    Acknowledge,
    /// I look after it.
    Take,
    /// Nobody needs to be told for so long, in milliseconds.
    Snooze(i64),
    /// A remark.
    Comment(String),
    /// It is over.
    Resolve,
}

/// What whoever directs the work does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// Somebody looks after it; `None` takes it from whoever does.
    Assign(Option<PersonId>),
    /// It is passed on.
    Escalate,
}

impl Hub {
    /// Does something with alerts the person sees; answers with how many changed. Those that are over by now, or that the
    /// person does not see, are left out; when that is all of them it is an error.
    pub async fn handle_alerts(
        &self,
        permit: &Permit<HandleAlerts>,
        ids: &[AlertId],
        handling: Handling,
    ) -> Result<usize, ServiceError> {
        let access = permit.access();
        let act = match handling {
            Handling::Acknowledge => Act::Acknowledge,
            Handling::Take => Act::Assign(Some(assignee(access)?)),
            Handling::Snooze(ms) => Act::Snooze(self.now().plus_ms(ms)),
            Handling::Comment(text) => Act::Comment(text.trim().to_owned()),
            Handling::Resolve => Act::Resolve(Why::Person),
        };
        self.do_with_alerts(access, Action::HandleAlerts, ids, act)
            .await
    }

    /// Gives alerts to somebody, or passes them on; like [`Self::handle_alerts`].
    pub async fn direct_alerts(
        &self,
        permit: &Permit<DirectAlerts>,
        ids: &[AlertId],
        direction: Direction,
    ) -> Result<usize, ServiceError> {
        let act = match direction {
            Direction::Escalate => Act::Escalate,
            Direction::Assign(None) => Act::Assign(None),
            Direction::Assign(Some(id)) => {
                let people = self.alert_handlers().await?;
                let found = people.into_iter().find(|person| person.id == id);
                Act::Assign(Some(found.ok_or_else(|| {
                    ServiceError::Invalid(
                        "nobody of that number works on alerts; choose somebody else".into(),
                    )
                })?))
            }
        };
        self.do_with_alerts(permit.access(), Action::DirectAlerts, ids, act)
            .await
    }

    /// The people alerts may be given to, by name.
    pub async fn people_for_alerts(
        &self,
        _permit: &Permit<DirectAlerts>,
    ) -> Result<Vec<Assignee>, ServiceError> {
        self.alert_handlers().await
    }

    async fn alert_handlers(&self) -> Result<Vec<Assignee>, ServiceError> {
        let people = self.store().people().await?.into_iter();
        let able = people.filter(|person| {
            let mut roles = person.roles.iter();
            person.active && roles.any(|grant| allows(grant.role, Action::HandleAlerts))
        });
        let mut able: Vec<Assignee> = able
            .map(|person| Assignee {
                id: person.id,
                name: person.display_name,
            })
            .collect();
        able.sort_by_cached_key(|person| (person.name.to_lowercase(), person.id));
        Ok(able)
    }

    async fn do_with_alerts(
        &self,
        access: &Access,
        action: Action,
        ids: &[AlertId],
        act: Act,
    ) -> Result<usize, ServiceError> {
        if ids.len() > MAX_AT_ONCE {
            return Err(ServiceError::Invalid(format!(
                "at most {MAX_AT_ONCE} alerts are changed at once"
            )));
        }
        let targets = self.targets(access, action, ids, &act).await?;
        if targets.is_empty() {
            return Err(ServiceError::NotFound);
        }
        let by = name(access);
        let write = |alert: &Arc<Alert>| -> AlertWrite {
            let step = AlertStep::Act {
                id: alert.id,
                act: act.clone(),
                by: Some(by.clone()),
            };
            (step, self.act_event(access, alert, &act))
        };
        let writes = targets.values().map(write).collect();
        let outcomes = self.store().write_alerts(writes, self.now()).await?;
        let refused = outcomes.iter().flatten().find_map(|one| one.as_ref().err());
        let done = outcomes.iter().flatten().filter(|one| one.is_ok()).count();
        match (done, refused) {
            (0, Some(BadAct::NotActive)) if ids.len() > 1 => Ok(0),
            (0, Some(refused)) => Err(ServiceError::Invalid(refused.to_string())),
            (done, _) => Ok(done),
        }
    }

    /// The alerts to act on: those asked for that the person may act on, and what stands below them.
    async fn targets(
        &self,
        access: &Access,
        action: Action,
        ids: &[AlertId],
        act: &Act,
    ) -> Result<BTreeMap<AlertId, Arc<Alert>>, ServiceError> {
        let board = self.alert_engine().board();
        let sight = Sight::new(self, access, action);
        let below = matches!(act, Act::Acknowledge | Act::Snooze(_) | Act::Resolve(_));
        let mut targets = BTreeMap::new();
        for id in ids {
            let found = match board.find(*id) {
                Some(found) => Some(found),
                // A remark may follow when it is over.
                None => self.store().find_alert(*id).await?.map(Arc::new),
            };
            let Some(alert) = found.filter(|alert| alert.state != State::Pending) else {
                continue;
            };
            if !sight.may_act(&alert) {
                continue;
            }
            if below && alert.device.is_none() {
                let all = board.of_rule(alert.rule).into_iter();
                let children = all.filter(|child| child.parent == Some(alert.id));
                targets.extend(children.map(|child| (child.id, child)));
            }
            targets.insert(alert.id, alert);
        }
        Ok(targets)
    }

    fn act_event(&self, access: &Access, alert: &Alert, act: &Act) -> Option<NewEvent> {
        let (kind, mut detail) = match act {
            Act::Acknowledge => (EventKind::AlertHandled, json!({ "act": "acknowledged" })),
            Act::Assign(to) => {
                let to = to.as_ref().map(|to| to.name.clone());
                (
                    EventKind::AlertHandled,
                    json!({ "act": "assigned", "to": to }),
                )
            }
            Act::Snooze(until) => {
                let until = until.millis();
                (
                    EventKind::AlertHandled,
                    json!({ "act": "snoozed", "untilMs": until }),
                )
            }
            Act::Comment(text) => (
                EventKind::AlertHandled,
                json!({ "act": "commented", "comment": text }),
            ),
            Act::Resolve(why) => (EventKind::AlertResolved, json!({ "why": why })),
            Act::Escalate => (EventKind::AlertEscalated, json!({})),
            _ => return None,
        };
        detail["rule"] = Value::from(alert.name.as_str());
        Some(NewEvent {
            at: self.now(),
            device: alert.device.clone(),
            actor: access.actor(),
            kind,
            detail,
        })
    }
}

fn assignee(access: &Access) -> Result<Assignee, ServiceError> {
    let person = access.person().ok_or_else(|| {
        ServiceError::Invalid("only people look after alerts; give it to somebody".into())
    })?;
    Ok(Assignee {
        id: person.id,
        name: person.display_name.clone(),
    })
}

fn name(access: &Access) -> String {
    match (access.person(), access.policy_name()) {
        (Some(person), _) => person.display_name.clone(),
        (None, Some(policy)) => format!("a tool with the policy {}", policy.as_str()),
        (None, None) => "the command line".to_owned(),
    }
}
