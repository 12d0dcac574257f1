//! Whether a rule can be kept, and what it would find.

use muster_core::alert::{BadRule, RuleDraft};
use muster_core::gate::SheetKind;
use muster_core::ids::DeviceId;
use muster_core::time::Timestamp;
use muster_query::{Condition, Path};

use super::bad;
use super::known::Ready;
use crate::access::Permit;
use crate::access::kinds::SeeDevices;
use crate::error::ServiceError;
use crate::hub::Hub;

/// Devices that a preview names.
pub const MAX_RULE_SAMPLE: usize = 10;

/// What a rule would find now, within the scope of whoever asks.
#[derive(Clone, PartialEq, Debug)]
pub struct RulePreview {
    /// Devices for which the condition holds now.
    pub matching: usize,
    /// Devices the rule looks at.
    pub watched: usize,
    /// Some of those that match.
    pub sample: Vec<DeviceId>,
    /// Which match, for the list of the fleet.
    pub condition: Condition,
}

impl Hub {
    /// What is wrong with a rule, with the field it is about.
    pub fn test_alert_rule(&self, draft: RuleDraft) -> Result<RuleDraft, BadRule> {
        let draft = draft.checked()?;
        Ready::read(&draft)?;
        if let Some(window) = &draft.mute_window
            && self
                .books()
                .shelf()
                .find(SheetKind::Window, window)
                .is_none()
        {
            return Err(BadRule::Condition {
                field: "mute_window",
                problem: format!("there is no window {window}; make it first, or choose none"),
            });
        }
        Ok(draft)
    }

    pub(super) fn checked_rule(&self, draft: RuleDraft) -> Result<RuleDraft, ServiceError> {
        self.test_alert_rule(draft).map_err(bad)
    }

    /// Which devices a rule would find now. Windows are left out of it.
    pub async fn preview_alert_rule(
        &self,
        permit: &Permit<SeeDevices>,
        draft: &RuleDraft,
    ) -> Result<RulePreview, ServiceError> {
        let ready = Ready::read(draft).map_err(bad)?;
        let condition = ready.applies.clone().and(ready.holds.clone());
        let access = permit.access();
        let scope = access.scope(muster_core::policy::Action::SeeDevices);
        let matching = self.query_count(access, &condition).await?;
        let watched = self.query_count(access, &ready.applies).await?;
        let narrowed = condition.narrowed(|path| self.index().holds(path));
        let sample = self
            .index()
            .next_ids(None, &narrowed, &scope, self.now(), MAX_RULE_SAMPLE);
        Ok(RulePreview {
            matching,
            watched,
            sample,
            condition,
        })
    }
}

/// Reads one of the conditions of a rule. It looks at what brings about a change that the hub notices, and at contact,
/// which has a timer; not at the clock.
pub(super) fn condition(field: &'static str, text: &str) -> Result<Condition, BadRule> {
    let wrong = |problem: String| BadRule::Condition { field, problem };
    let condition = Condition::parse(text).map_err(|error| wrong(error.to_string()))?;
    let allowed = |path: &Path| {
        matches!(
            path,
            Path::DeviceId
                | Path::Status
                | Path::ConnectionState
                | Path::Contact
                | Path::Stage
                | Path::ModelId
                | Path::AuthenticationType
                | Path::Drift
                | Path::Tag(_)
                | Path::Desired(_)
                | Path::Reported(_)
        ) || path.root() == "configurations"
    };
    if let Some(path) = condition.paths().iter().find(|path| !allowed(path)) {
        let hint = match path {
            Path::LastActivityTime => "ask for contact = 'silent' or 'overdue' instead",
            _ => "use tags, properties, contact or another name of the device itself",
        };
        return Err(wrong(format!("a rule cannot look at {path}; {hint}")));
    }
    let at = |secs| {
        condition
            .expr()
            .map(|expr| expr.folded(Timestamp::from_secs(secs)))
    };
    if at(0) != at(86_400) {
        return Err(wrong(
            "a rule does not look at the clock; say how long the condition must hold instead"
                .into(),
        ));
    }
    Ok(condition)
}
