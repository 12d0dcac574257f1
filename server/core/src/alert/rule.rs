//! Rules: what they hold, and what they may not.

use serde::{Deserialize, Serialize};

use super::{RuleId, Severity, Timing};
use crate::device::ETag;
use crate::gate::Slug;

/// Most rules of a hub: each event of a device is held against those that look at what it changed.
pub const MAX_RULES: usize = 200;

/// Longest name, in characters.
pub const MAX_NAME: usize = 80;

/// Longest condition, in bytes.
pub const MAX_CONDITION: usize = 4 * 1024;

/// Longest time a rule waits for anything, in seconds: 30 days.
pub const MAX_DURATION_S: u32 = 30 * 24 * 3600;

/// Most devices that a place may have before their alerts fold.
pub const MAX_FOLD_AT: u32 = 1_000;

/// What a rule says. Conditions are texts of the query language; whoever keeps rules reads them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleDraft {
    /// Its name, one of its kind.
    pub name: String,
    /// How bad it is.
    pub severity: Severity,
    /// What must hold.
    pub condition: String,
    /// For how long it must hold without a break, in seconds.
    pub for_s: u32,
    /// What ends it; empty when it is that the condition no longer holds. Between both nothing changes.
    #[serde(default)]
    pub clear: String,
    /// For how long that must hold, in seconds.
    #[serde(default)]
    pub clear_for_s: u32,
    /// The devices it looks at; empty for all.
    #[serde(default)]
    pub scope: String,
    /// The tag whose value says which devices belong together, such as `location.site`; empty to fold nothing.
    #[serde(default)]
    pub fold_by: String,
    /// How many open alerts of devices that belong together fold into one.
    #[serde(default)]
    pub fold_at: u32,
    /// Whether devices in maintenance are left alone.
    #[serde(default)]
    pub mute_maintenance: bool,
    /// Devices are left alone while this window is open for them.
    #[serde(default)]
    pub mute_window: Option<Slug>,
    /// After how long an alert that nobody acknowledged is passed on, in seconds; 0 for never.
    #[serde(default)]
    pub escalate_after_s: u32,
    /// Whether it watches at all.
    pub enabled: bool,
}

/// A rule as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    /// Its number.
    pub id: RuleId,
    /// What it says.
    pub draft: RuleDraft,
    /// Changes with each change.
    pub etag: ETag,
}

/// Why a rule cannot be kept.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadRule {
    /// The name breaks the rule.
    #[error("a rule's name has 1 to {MAX_NAME} characters, on one line")]
    Name,
    /// Nothing is asked.
    #[error("say what must hold; a rule without a condition would hold for every device")]
    Empty,
    /// A condition cannot be used.
    #[error("{problem}")]
    Condition {
        /// The field it stands in.
        field: &'static str,
        /// Why.
        problem: String,
    },
    /// Something lasts too long.
    #[error("this is at most 30 days")]
    TooLong(&'static str),
    /// Folding is half given.
    #[error("folding begins at 2 to {MAX_FOLD_AT} devices of one value")]
    FoldAt,
}

impl BadRule {
    /// The field it is about.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Empty => "condition",
            Self::Condition { field, .. } | Self::TooLong(field) => field,
            Self::FoldAt => "fold_at",
        }
    }
}

impl RuleDraft {
    /// Trims what people typed, and checks all bounds. Whether conditions can be read is asked elsewhere.
    pub fn checked(mut self) -> Result<Self, BadRule> {
        for text in [
            &mut self.name,
            &mut self.condition,
            &mut self.clear,
            &mut self.scope,
            &mut self.fold_by,
        ] {
            *text = text.trim().to_owned();
        }
        let length = self.name.chars().count();
        if length == 0 || length > MAX_NAME || self.name.chars().any(char::is_control) {
            return Err(BadRule::Name);
        }
        if self.condition.is_empty() {
            return Err(BadRule::Empty);
        }
        for (field, text) in [
            ("condition", &self.condition),
            ("clear", &self.clear),
            ("scope", &self.scope),
            ("fold_by", &self.fold_by),
        ] {
            if text.len() > MAX_CONDITION {
                let problem = format!("this is at most {MAX_CONDITION} bytes long");
                return Err(BadRule::Condition { field, problem });
            }
        }
        for (field, seconds) in [
            ("for_s", self.for_s),
            ("clear_for_s", self.clear_for_s),
            ("escalate_after_s", self.escalate_after_s),
        ] {
            if seconds > MAX_DURATION_S {
                return Err(BadRule::TooLong(field));
            }
        }
        if !self.fold_by.is_empty() && !(2..=MAX_FOLD_AT).contains(&self.fold_at) {
            return Err(BadRule::FoldAt);
        }
        Ok(self)
    }

    /// Its times.
    pub fn timing(&self) -> Timing {
        Timing {
            for_ms: i64::from(self.for_s) * 1000,
            clear_for_ms: i64::from(self.clear_for_s) * 1000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::draft;
    use super::*;

    #[test]
    fn rules_have_bounds() {
        let check = |change: &dyn Fn(&mut RuleDraft), want: Result<(), &str>| {
            let mut rule = draft();
            change(&mut rule);
            let found = rule.checked();
            assert_eq!(found.as_ref().map(|_| ()).map_err(BadRule::field), want);
        };
        check(&|_| (), Ok(()));
        check(&|rule| rule.name = "  ".into(), Err("name"));
        check(&|rule| rule.name = "x".repeat(81), Err("name"));
        check(&|rule| rule.name = "a\nb".into(), Err("name"));
        check(&|rule| rule.condition = " ".into(), Err("condition"));
        check(&|rule| rule.clear = "x".repeat(4097), Err("clear"));
        check(&|rule| rule.for_s = MAX_DURATION_S + 1, Err("for_s"));
        check(&|rule| rule.fold_by = "site".into(), Err("fold_at"));
        let folds = |rule: &mut RuleDraft| {
            rule.fold_by = "site".into();
            rule.fold_at = 2;
        };
        check(&folds, Ok(()));
    }

    #[test]
    fn a_rule_is_kept_as_it_was() {
        let text = serde_json::to_string(&draft()).unwrap_or_default();
        assert_eq!(serde_json::from_str(&text).ok(), Some(draft()));
    }
}
