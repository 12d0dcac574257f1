//! Contact: one word for how a device keeps in touch (visual language §4).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::time::Timestamp;

/// How often a device is expected, and whether it sleeps between contacts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Schedule {
    /// Seconds between two expected contacts; at least one.
    pub every_s: u32,
    /// It disconnects between contacts on purpose.
    pub sleeps: bool,
}

/// When tags say nothing: expected every five minutes, always connected.
pub const DEFAULT_SCHEDULE: Schedule = Schedule {
    every_s: 300,
    sleeps: false,
};

impl Schedule {
    /// Reads `tags.contact.everyS` (seconds) and `tags.contact.sleeps`; what is missing or odd takes the default.
    pub fn from_tags(tags: &Value) -> Self {
        let contact = &tags["contact"];
        let every_s = contact["everyS"]
            .as_u64()
            .and_then(|s| u32::try_from(s).ok())
            .filter(|s| *s > 0);
        Self {
            every_s: every_s.unwrap_or(DEFAULT_SCHEDULE.every_s),
            sleeps: contact["sleeps"].as_bool().unwrap_or(false),
        }
    }
}

/// One word per device; healthy states first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contact {
    /// On schedule, or connected right now.
    Reporting,
    /// Between two planned contacts.
    Asleep,
    /// Missed one or two contacts.
    Overdue,
    /// Missed three or more.
    Silent,
    /// Provisioned, not yet connected.
    NeverSeen,
}

impl Contact {
    /// All words in reading order.
    pub const ALL: [Contact; 5] = [
        Self::Reporting,
        Self::Asleep,
        Self::Overdue,
        Self::Silent,
        Self::NeverSeen,
    ];

    /// The word in addresses and queries.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reporting => "reporting",
            Self::Asleep => "asleep",
            Self::Overdue => "overdue",
            Self::Silent => "silent",
            Self::NeverSeen => "never_seen",
        }
    }

    /// Judges one device at `now`. An open connection is contact in itself; without one, what counts is how many
    /// expected contacts have passed since the last activity.
    pub fn judge(
        connected: bool,
        last_activity: Option<Timestamp>,
        schedule: Schedule,
        now: Timestamp,
    ) -> Self {
        if connected {
            return Self::Reporting;
        }
        let Some(last) = last_activity else {
            return Self::NeverSeen;
        };
        let missed = now.since(last).max(0) / (i64::from(schedule.every_s) * 1000);
        match missed {
            0 if schedule.sleeps => Self::Asleep,
            0 => Self::Reporting,
            1 | 2 => Self::Overdue,
            _ => Self::Silent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_follow_the_missed_contacts() {
        let every = |sleeps| Schedule {
            every_s: 60,
            sleeps,
        };
        let check = |connected, last_s: Option<i64>, sleeps, want| {
            let last = last_s.map(|s| Timestamp::from_secs(1000 - s));
            assert_eq!(
                Contact::judge(connected, last, every(sleeps), Timestamp::from_secs(1000)),
                want
            );
        };
        check(true, None, false, Contact::Reporting);
        check(true, Some(9000), false, Contact::Reporting);
        check(false, None, false, Contact::NeverSeen);
        check(false, Some(59), false, Contact::Reporting);
        check(false, Some(59), true, Contact::Asleep);
        check(false, Some(60), true, Contact::Overdue);
        check(false, Some(179), false, Contact::Overdue);
        check(false, Some(180), false, Contact::Silent);
        check(false, Some(-5), false, Contact::Reporting);
    }

    #[test]
    fn schedule_comes_from_tags() {
        let check = |tags, every_s, sleeps| {
            assert_eq!(Schedule::from_tags(&tags), Schedule { every_s, sleeps });
        };
        check(
            json!({"contact": {"everyS": 900, "sleeps": true}}),
            900,
            true,
        );
        check(json!({}), 300, false);
        check(json!({"contact": {"everyS": 0}}), 300, false);
        check(json!({"contact": "often"}), 300, false);
    }
}
