//! What travels about windows and calendars.

use serde::{Deserialize, Serialize};

use super::{RangeInput, RuleInput};

/// A week in some zone, and everything that opens in it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Week {
    /// The zone.
    pub zone: String,
    /// The zone of devices that name none.
    pub fleet_zone: String,
    /// The zones that devices, sites and the fleet are in.
    pub zones: Vec<ZoneView>,
    /// Its days, Monday first.
    pub days: Vec<Day>,
    /// Which day is today, and the minute of the present on it.
    pub today: Option<(u8, u16)>,
    /// What the clock does in this week, in a sentence.
    pub clock: Option<String>,
    /// Any day of the week before.
    pub before: String,
    /// Any day of the week after.
    pub after: String,
    /// All windows.
    pub windows: Vec<HoursView>,
    /// All service calendars.
    pub calendars: Vec<HoursView>,
}

/// A day of a week.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Day {
    /// Its name: `Mon`.
    pub name: String,
    /// Its date: `23 Nov`.
    pub date: String,
}

/// A zone that devices are in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ZoneView {
    /// Its name.
    pub name: String,
    /// How many devices name it.
    pub devices: u64,
    /// The list of those devices.
    pub href: String,
}

/// A window or a calendar.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HoursView {
    /// Its short name.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// When it is open, a sentence each.
    pub rules: Vec<String>,
    /// When it is not, a sentence each, and whose clock counts.
    pub but: Vec<String>,
    /// It is open in this zone right now.
    pub open: bool,
    /// What comes next, in words.
    pub next: String,
    /// Openings per day of the week: first minute and the minute after the last.
    pub spans: Vec<Vec<(u16, u16)>>,
}

/// What a form begins with.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct HoursForm {
    /// Its short name; empty for a new one.
    pub id: String,
    /// Its token; empty for a new one.
    pub etag: String,
    /// What people call it.
    pub name: String,
    /// When it is open.
    pub rules: Vec<RuleInput>,
    /// Days on which it is not.
    pub closed: Vec<RangeInput>,
    /// The calendar that a window respects; empty for none.
    pub calendar: String,
    /// The zone that a calendar follows; empty for that of each device.
    pub zone: String,
    /// The calendars there are: short name and name.
    pub calendars: Vec<(String, String)>,
    /// Zones to suggest.
    pub zones: Vec<String>,
}

/// A window that is open today in some zone of the fleet.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Today {
    /// What people call it.
    pub name: String,
    /// Zones in which it is open right now.
    pub open_in: Vec<String>,
    /// Where and when it opens next within a day, in milliseconds since 1970.
    pub next: Option<(String, i64)>,
}
