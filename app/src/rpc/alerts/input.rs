//! A rule as its form gives it.

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use muster_core::alert::{RuleDraft, Severity};

#[cfg(feature = "ssr")]
use crate::error::AppError;

/// The fields of the form; times in minutes.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleInput {
    /// Its name.
    pub name: String,
    /// How bad it is.
    pub severity: String,
    /// What must hold.
    pub condition: String,
    /// For how long.
    pub for_min: String,
    /// What ends it.
    pub clear: String,
    /// For how long.
    pub clear_min: String,
    /// The devices it looks at.
    pub scope: String,
    /// The tag whose value says which devices belong together.
    pub fold_by: String,
    /// How many of them fold.
    pub fold_at: String,
    /// Whether devices in maintenance are left alone.
    pub mute_maintenance: bool,
    /// Devices are left alone while this window is open.
    pub mute_window: String,
    /// After how long it is passed on.
    pub escalate_min: String,
    /// Whether it watches.
    pub enabled: bool,
}

#[cfg(feature = "ssr")]
impl RuleInput {
    /// What it says, or which field cannot be read.
    pub(super) fn draft(self) -> Result<RuleDraft, AppError> {
        use muster_core::gate::Slug;
        let severity = Severity::from_name(&self.severity);
        let mute_window = match self.mute_window.as_str() {
            "" => None,
            text => Some(Slug::new(text).map_err(|error| AppError::field("mute_window", error))?),
        };
        Ok(RuleDraft {
            severity: severity.ok_or_else(|| AppError::field("severity", "choose one"))?,
            for_s: minutes("for_s", &self.for_min)?,
            clear_for_s: minutes("clear_for_s", &self.clear_min)?,
            fold_at: whole("fold_at", &self.fold_at)?,
            escalate_after_s: minutes("escalate_after_s", &self.escalate_min)?,
            name: self.name,
            condition: self.condition,
            clear: self.clear,
            scope: self.scope,
            fold_by: self.fold_by,
            mute_maintenance: self.mute_maintenance,
            mute_window,
            enabled: self.enabled,
        })
    }
}

#[cfg(feature = "ssr")]
fn minutes(field: &'static str, text: &str) -> Result<u32, AppError> {
    whole(field, text).map(|minutes| minutes * 60)
}

/// A number; nothing is 0.
#[cfg(feature = "ssr")]
fn whole(field: &'static str, text: &str) -> Result<u32, AppError> {
    match text.trim() {
        "" => Ok(0),
        text => {
            let bad = |_| AppError::field(field, "this is a whole number up to 65,535");
            text.parse::<u16>().map(u32::from).map_err(bad)
        }
    }
}
