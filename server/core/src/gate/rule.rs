//! When something is open, by the clock on the wall.

use serde::{Deserialize, Serialize};

use super::{Date, DateRange, TimeOfDay, Unfit, Weekday};

/// Most rules of a window or calendar.
pub const MAX_RULES: usize = 30;

/// Most ranges of days on which a window or calendar is closed.
pub const MAX_RANGES: usize = 100;

/// Longest opening, in minutes: a day.
pub const MAX_MINUTES: u16 = 1440;

/// Most characters of a note.
const MAX_NOTE: usize = 80;

/// An opening that comes again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// On which days it begins.
    pub when: Recurrence,
    /// When it begins.
    pub start: TimeOfDay,
    /// How far its end is from its start on the clock, 1 to [`MAX_MINUTES`].
    pub minutes: u16,
}

/// The days on which an opening begins.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
pub enum Recurrence {
    /// Each week.
    Weekly {
        /// On these days, each once.
        days: Vec<Weekday>,
    },
    /// Each month, on a day such as the second Tuesday.
    Monthly {
        /// Which of them.
        nth: Nth,
        /// The day.
        day: Weekday,
    },
    /// Once.
    Once {
        /// On this day.
        date: Date,
    },
}

/// Which of a month's days of one name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Nth {
    /// The first.
    First,
    /// The second.
    Second,
    /// The third.
    Third,
    /// The fourth.
    Fourth,
    /// The last.
    Last,
}

impl Nth {
    /// All of them.
    pub const ALL: [Nth; 5] = [
        Self::First,
        Self::Second,
        Self::Third,
        Self::Fourth,
        Self::Last,
    ];

    /// The word, as it is stored too.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
            Self::Third => "third",
            Self::Fourth => "fourth",
            Self::Last => "last",
        }
    }
}

impl Recurrence {
    fn in_words(&self) -> String {
        let days = match self {
            Self::Once { date } => return format!("On {date}"),
            Self::Monthly { nth, day } => {
                return format!("The {} {} of the month", nth.in_words(), day.in_words());
            }
            Self::Weekly { days } => days,
        };
        let named: Vec<&str> = Weekday::ALL
            .into_iter()
            .filter(|day| days.contains(day))
            .map(Weekday::in_words)
            .collect();
        match named.as_slice() {
            all if all.len() == 7 => "Each day".to_owned(),
            ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"] => {
                "Monday to Friday".to_owned()
            }
            [] => "Never".to_owned(),
            [one] => format!("Each {one}"),
            [first @ .., last] => format!("Each {} and {last}", first.join(", ")),
        }
    }

    /// Whether an opening begins on that day.
    pub fn begins_on(&self, date: Date) -> bool {
        match self {
            Self::Weekly { days } => days.contains(&date.weekday()),
            Self::Once { date: once } => *once == date,
            Self::Monthly { nth, day } => {
                let in_month = date.parts().2;
                date.weekday() == *day
                    && match nth {
                        Nth::First => in_month <= 7,
                        Nth::Second => (8..=14).contains(&in_month),
                        Nth::Third => (15..=21).contains(&in_month),
                        Nth::Fourth => (22..=28).contains(&in_month),
                        Nth::Last => date.plus(7).parts().1 != date.parts().1,
                    }
            }
        }
    }
}

impl Rule {
    /// The time of day at which it ends.
    pub fn end(&self) -> TimeOfDay {
        let minutes = (self.start.minutes() + self.minutes) % 1440;
        TimeOfDay::from_minutes(minutes).unwrap_or(self.start)
    }

    /// "Each Sunday, 02:00 to 04:00", "The second Tuesday of the month, 22:00 to 06:00 the next day".
    pub fn in_words(&self) -> String {
        let hours = match (self.start.minutes() + self.minutes).cmp(&1440) {
            std::cmp::Ordering::Less => format!("{} to {}", self.start, self.end()),
            std::cmp::Ordering::Equal => format!("{} to midnight", self.start),
            std::cmp::Ordering::Greater => {
                format!("{} to {} the next day", self.start, self.end())
            }
        };
        format!("{}, {hours}", self.when.in_words())
    }
}

/// Checks rules; `of` says whose: "a window".
pub(super) fn check_rules(rules: &[Rule], of: &str) -> Result<(), Unfit> {
    if !(1..=MAX_RULES).contains(&rules.len()) {
        return Err(Unfit::because(format!(
            "{of} has 1 to {MAX_RULES} openings; this one has {}",
            rules.len()
        )));
    }
    for rule in rules {
        if !(1..=MAX_MINUTES).contains(&rule.minutes) {
            return Err(Unfit::because(format!(
                "an opening lasts 1 minute to 24 hours; the one at {} lasts {} minutes",
                rule.start, rule.minutes
            )));
        }
        if let Recurrence::Weekly { days } = &rule.when {
            let twice = (1..days.len()).any(|at| days[..at].contains(&days[at]));
            if days.is_empty() || twice {
                return Err(Unfit::because(format!(
                    "the weekly opening at {} needs at least one day, each day once",
                    rule.start
                )));
            }
        }
    }
    Ok(())
}

/// Checks days on which something is closed; `what` says which: "blackout".
pub(super) fn check_ranges(ranges: &[DateRange], what: &str) -> Result<(), Unfit> {
    if ranges.len() > MAX_RANGES {
        return Err(Unfit::because(format!(
            "at most {MAX_RANGES} {what}s can be kept; take out those that are over"
        )));
    }
    for range in ranges {
        if range.to < range.from {
            return Err(Unfit::because(format!(
                "the {what} from {} ends before it begins, on {}",
                range.from, range.to
            )));
        }
        if range.note.chars().count() > MAX_NOTE || range.note.chars().any(char::is_control) {
            return Err(Unfit::because(format!(
                "the note of the {what} from {} has more than {MAX_NOTE} characters or more than one line",
                range.from
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;

    #[test]
    fn days_of_months_are_counted() {
        let check = |nth, day, want: &[&str]| {
            let when = Recurrence::Monthly { nth, day };
            let first: Date = "2026-08-01".parse().unwrap();
            let found: Vec<String> = (0..92)
                .map(|days| first.plus(days))
                .filter(|date| when.begins_on(*date))
                .map(|date| date.to_string())
                .collect();
            assert_eq!(found, want, "{nth:?} {day:?}");
        };
        check(
            Nth::First,
            Weekday::Sat,
            &["2026-08-01", "2026-09-05", "2026-10-03"],
        );
        check(
            Nth::Second,
            Weekday::Tue,
            &["2026-08-11", "2026-09-08", "2026-10-13"],
        );
        check(
            Nth::Last,
            Weekday::Mon,
            &["2026-08-31", "2026-09-28", "2026-10-26"],
        );
        check(
            Nth::Fourth,
            Weekday::Mon,
            &["2026-08-24", "2026-09-28", "2026-10-26"],
        );
    }

    #[test]
    fn rules_are_sentences() {
        let check = |when, start: &str, minutes, want: &str| {
            let start = start.parse().unwrap();
            let rule = Rule {
                when,
                start,
                minutes,
            };
            assert_eq!(rule.in_words(), want);
        };
        let weekly = |days: &[Weekday]| Recurrence::Weekly {
            days: days.to_vec(),
        };
        check(
            weekly(&[Weekday::Sun]),
            "02:00",
            90,
            "Each Sunday, 02:00 to 03:30",
        );
        check(
            weekly(&[Weekday::Sun, Weekday::Mon, Weekday::Wed]),
            "22:00",
            480,
            "Each Monday, Wednesday and Sunday, 22:00 to 06:00 the next day",
        );
        check(
            weekly(&Weekday::ALL),
            "22:00",
            120,
            "Each day, 22:00 to midnight",
        );
        check(
            weekly(&Weekday::ALL[..5]),
            "09:00",
            540,
            "Monday to Friday, 09:00 to 18:00",
        );
        let (nth, day) = (Nth::Second, Weekday::Tue);
        check(
            Recurrence::Monthly { nth, day },
            "00:00",
            1440,
            "The second Tuesday of the month, 00:00 to midnight",
        );
        let date = "2026-12-01".parse().unwrap();
        check(
            Recurrence::Once { date },
            "02:00",
            60,
            "On 2026-12-01, 02:00 to 03:00",
        );
    }

    #[test]
    fn rules_are_stored_in_a_form_that_people_can_read() {
        let text = r#"{"when":{"kind":"monthly","nth":"second","day":"tue"},"start":"22:30","minutes":240}"#;
        let rule: Rule = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&rule).unwrap(), text);
    }
}
