//! Alerts (product §5): rules are kept here, [`run`] watches devices by them, and people work on what is found.
//!
//! A device is looked at when something changes that a rule looks at, and only for the rules that do; what time alone
//! changes (how long something holds, contact, windows) has a timer of its own. Saving a rule and starting the hub ask the
//! index once. Everything that lives is held in memory ([`board`]) and told from there.

use muster_core::alert::{BadRule, Rule, RuleDraft, RuleId};
use muster_core::device::IfMatch;
use muster_core::event::{EventKind, NewEvent};
use muster_core::policy::Action;
use muster_storage::{RuleOutcome, WriteOutcome};
use serde_json::json;

use crate::access::kinds::{KeepAlertRules, SeeDevices};
use crate::access::{Access, Permit};
use crate::error::ServiceError;
use crate::hub::Hub;

mod act;
mod board;
mod check;
pub(crate) mod engine;
mod flood;
mod folding;
mod inbox;
mod judge;
mod known;
pub(crate) mod run;
mod scan;

pub use act::{Direction, Handling, MAX_AT_ONCE};
pub use check::{MAX_RULE_SAMPLE, RulePreview};
pub use inbox::{AlertFilter, AlertTab, AlertsPage, Tally};

/// Most living alerts of one rule that are told one by one; beyond it one alert stands for all devices of the rule.
pub const MAX_ALERTS_PER_RULE: usize = 500;

impl Hub {
    /// All rules by name. They are the hub's, not of any scope: whoever sees devices reads them.
    pub fn alert_rules(&self, _permit: &Permit<SeeDevices>) -> Vec<Rule> {
        let mut rules = self.alert_engine().known().rules();
        rules.sort_by_cached_key(|rule| (rule.draft.name.to_lowercase(), rule.id));
        rules
    }

    /// A rule.
    pub fn alert_rule(
        &self,
        _permit: &Permit<SeeDevices>,
        id: RuleId,
    ) -> Result<Rule, ServiceError> {
        let known = self.alert_engine().known();
        let found = known.rules().into_iter().find(|rule| rule.id == id);
        found.ok_or(ServiceError::NotFound)
    }

    /// Makes a rule; it watches at once.
    pub async fn create_alert_rule(
        &self,
        permit: &Permit<KeepAlertRules>,
        draft: RuleDraft,
    ) -> Result<Rule, ServiceError> {
        self.reaches_all(permit.access())?;
        let draft = self.checked_rule(draft)?;
        let event = self.rule_event(permit.access(), EventKind::AlertRuleSaved, &draft);
        let _turn = self.alert_engine().saving().lock().await;
        let saved = self.store().insert_alert_rule(draft, event).await?;
        self.begin_rule(rule(saved)?).await
    }

    /// Changes a rule; its alerts follow at once.
    pub async fn update_alert_rule(
        &self,
        permit: &Permit<KeepAlertRules>,
        id: RuleId,
        if_match: IfMatch,
        draft: RuleDraft,
    ) -> Result<Rule, ServiceError> {
        self.reaches_all(permit.access())?;
        let draft = self.checked_rule(draft)?;
        let event = self.rule_event(permit.access(), EventKind::AlertRuleSaved, &draft);
        let _turn = self.alert_engine().saving().lock().await;
        let store = self.store();
        let saved = store.update_alert_rule(id, if_match, draft, event).await?;
        self.begin_rule(rule(saved)?).await
    }

    /// Deletes a rule; its alerts end.
    pub async fn delete_alert_rule(
        &self,
        permit: &Permit<KeepAlertRules>,
        id: RuleId,
        if_match: Option<IfMatch>,
    ) -> Result<(), ServiceError> {
        self.reaches_all(permit.access())?;
        let _turn = self.alert_engine().saving().lock().await;
        let rules = self.alert_engine().known().rules();
        let found = rules.into_iter().find(|rule| rule.id == id);
        let before = found.ok_or(ServiceError::NotFound)?;
        let event = self.rule_event(permit.access(), EventKind::AlertRuleDeleted, &before.draft);
        match self.store().delete_alert_rule(id, if_match, event).await? {
            WriteOutcome::Done(()) => {}
            WriteOutcome::NotFound => return Err(ServiceError::NotFound),
            WriteOutcome::Conflict { current } => return Err(ServiceError::Conflict { current }),
            WriteOutcome::Refused(refusal) => return Err(refusal.into()),
        }
        let read = self.read_rules().await;
        self.alert_engine().look_at(id);
        read
    }

    async fn begin_rule(&self, saved: Rule) -> Result<Rule, ServiceError> {
        // Also when reading fails: what is known is then old, and the look is repeated with the next change.
        let read = self.read_rules().await;
        self.alert_engine().look_at(saved.id);
        read.map(|()| saved)
    }

    /// Reads the rules. Whoever saves one does that, and the hub when it opens.
    pub(crate) async fn read_rules(&self) -> Result<(), ServiceError> {
        let rules = self.store().alert_rules().await?;
        self.alert_engine().learn(known::Known::new(rules));
        Ok(())
    }

    /// Reads rules and what lives, when the hub opens; then every rule is held against the fleet once.
    pub(crate) async fn open_alerts(&self) -> Result<(), ServiceError> {
        let living = self.store().live_alerts().await?;
        self.alert_engine().board().load(living);
        self.read_rules().await?;
        self.alert_engine().look_at_all();
        Ok(())
    }

    /// A rule finds devices of the whole fleet: whoever keeps one must not be limited to a part.
    fn reaches_all(&self, access: &Access) -> Result<(), ServiceError> {
        if access.scope(Action::SeeDevices).is_everything() {
            return Ok(());
        }
        Err(ServiceError::Invalid(
            "rules of alerts watch the whole fleet, your scope does not; ask somebody who sees all devices".into(),
        ))
    }

    fn rule_event(&self, access: &Access, kind: EventKind, draft: &RuleDraft) -> NewEvent {
        NewEvent {
            at: self.now(),
            device: None,
            actor: access.actor(),
            kind,
            detail: json!({ "rule": draft.name, "condition": draft.condition, "enabled": draft.enabled }),
        }
    }
}

/// What is wrong with a rule, as callers tell it.
pub(super) fn bad(problem: BadRule) -> ServiceError {
    ServiceError::Invalid(problem.to_string())
}

fn rule(outcome: RuleOutcome) -> Result<Rule, ServiceError> {
    match outcome {
        RuleOutcome::Done(rule) => Ok(rule),
        RuleOutcome::NameTaken => Err(ServiceError::AlreadyExists),
        RuleOutcome::NotFound => Err(ServiceError::NotFound),
        RuleOutcome::Conflict { current } => Err(ServiceError::Conflict { current }),
        RuleOutcome::TooMany => Err(ServiceError::Invalid(format!(
            "the hub keeps at most {} rules; delete one that nobody needs",
            muster_core::alert::MAX_RULES
        ))),
    }
}
