//! Maintenance windows: when devices may be touched.

use serde::{Deserialize, Serialize};

use super::rule::{check_ranges, check_rules};
use super::{DateRange, Rule, Slug, Unfit, check_name};

/// A maintenance window, in the local time of each device.
///
/// It opens at the first moment at which the local clock reads its start or later, and closes at the first moment at
/// which it reads its end or later. So an hour that the clock skips in spring is not there: what lies in it whole does
/// not open that day, and no end moves. An hour that comes twice in autumn belongs to the window both times when the
/// window spans it; an end in it is its first time. A window opens at most once for each of its days.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Window {
    /// What people call it.
    pub name: String,
    /// When it is open; 1 to [`MAX_RULES`](super::MAX_RULES).
    pub rules: Vec<Rule>,
    /// Whole local days on which it stays closed, also for what began the evening before; at most
    /// [`MAX_RANGES`](super::MAX_RANGES).
    #[serde(default)]
    pub blackouts: Vec<DateRange>,
    /// The calendar during whose service hours it stays closed.
    #[serde(default)]
    pub calendar: Option<Slug>,
}

impl Window {
    /// Checks its form. Whether it ever opens, [`super::Hours::ever_opens`] says.
    pub fn check(&self) -> Result<(), Unfit> {
        check_name(&self.name)?;
        check_rules(&self.rules, "a window")?;
        check_ranges(&self.blackouts, "blackout")
    }
}
