//! Service calendars: when devices have to serve, and are better left alone.

use serde::{Deserialize, Serialize};

use super::rule::{check_ranges, check_rules};
use super::{DateRange, Rule, Unfit, check_name};

/// The hours that a service level agreement promises.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Calendar {
    /// What people call it.
    pub name: String,
    /// Service hours; 1 to [`MAX_RULES`](super::MAX_RULES).
    pub hours: Vec<Rule>,
    /// Whole days without service; at most [`MAX_RANGES`](super::MAX_RANGES).
    #[serde(default)]
    pub holidays: Vec<DateRange>,
    /// Whose clock counts.
    #[serde(default)]
    pub zone: ZoneRule,
}

/// Whose clock a calendar follows.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum ZoneRule {
    /// That of each device.
    #[default]
    Device,
    /// One zone for all devices: that of the people who are served.
    Fixed {
        /// Its name in the time zone database: `Europe/Berlin`.
        name: String,
    },
}

impl Calendar {
    /// Checks its form.
    pub fn check(&self) -> Result<(), Unfit> {
        check_name(&self.name)?;
        check_rules(&self.hours, "a calendar")?;
        check_ranges(&self.holidays, "holiday")
    }
}
