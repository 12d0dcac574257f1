//! Openings and closed days as forms give them.

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use muster_core::gate::{Date, DateRange, Nth, Recurrence, Rule, TimeOfDay, Unfit, Weekday};

#[cfg(feature = "ssr")]
use crate::error::FieldError;

/// An opening. Without a start it is none.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleInput {
    /// `weekly`, `monthly` or `once`.
    pub kind: String,
    /// Days of the week, for weekly ones.
    pub days: Vec<String>,
    /// Which of the month's days, for monthly ones.
    pub nth: String,
    /// The day of the week, for monthly ones.
    pub day: String,
    /// The date, for those that come once.
    pub date: String,
    /// When it begins.
    pub start: String,
    /// When it ends; at or before the start it is on the next day.
    pub end: String,
}

/// Closed days. Without a first day they are none.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RangeInput {
    /// The first day.
    pub from: String,
    /// The last day; the first again when empty.
    pub to: String,
    /// Why.
    pub note: String,
}

#[cfg(feature = "ssr")]
impl RuleInput {
    /// The form's line for an opening.
    pub(super) fn of(rule: &Rule) -> Self {
        let mut input = Self {
            start: rule.start.to_string(),
            end: rule.end().to_string(),
            ..Self::default()
        };
        match &rule.when {
            Recurrence::Weekly { days } => {
                "weekly".clone_into(&mut input.kind);
                input.days = days.iter().map(|day| day.as_str().to_owned()).collect();
            }
            Recurrence::Monthly { nth, day } => {
                "monthly".clone_into(&mut input.kind);
                nth.in_words().clone_into(&mut input.nth);
                day.as_str().clone_into(&mut input.day);
            }
            Recurrence::Once { date } => {
                "once".clone_into(&mut input.kind);
                input.date = date.to_string();
            }
        }
        input
    }

    fn read(&self) -> Result<Rule, Unfit> {
        let start: TimeOfDay = self.start.parse()?;
        let end: TimeOfDay = self.end.parse()?;
        let minutes = match (end.minutes() + 1440 - start.minutes()) % 1440 {
            0 => 1440,
            minutes => minutes,
        };
        let day = |text: &str| {
            let found = Weekday::ALL.into_iter().find(|day| day.as_str() == text);
            found.unwrap_or(Weekday::Mon)
        };
        let when = match self.kind.as_str() {
            "monthly" => Recurrence::Monthly {
                nth: Nth::ALL
                    .into_iter()
                    .find(|nth| nth.in_words() == self.nth)
                    .unwrap_or(Nth::First),
                day: day(&self.day),
            },
            "once" => Recurrence::Once {
                date: self.date.parse::<Date>()?,
            },
            _ => Recurrence::Weekly {
                days: self.days.iter().map(|text| day(text)).collect(),
            },
        };
        Ok(Rule {
            when,
            start,
            minutes,
        })
    }
}

#[cfg(feature = "ssr")]
impl RangeInput {
    /// The form's line for closed days.
    pub(super) fn of(range: &DateRange) -> Self {
        Self {
            from: range.from.to_string(),
            to: range.to.to_string(),
            note: range.note.clone(),
        }
    }

    fn read(&self) -> Result<DateRange, Unfit> {
        let to = if self.to.is_empty() {
            &self.from
        } else {
            &self.to
        };
        Ok(DateRange {
            from: self.from.parse()?,
            to: to.parse()?,
            note: self.note.trim().to_owned(),
        })
    }
}

/// The openings of a form; what cannot be read is said with the line's name.
#[cfg(feature = "ssr")]
pub(super) fn rules(inputs: &[RuleInput]) -> Result<Vec<Rule>, Vec<FieldError>> {
    lines("rules", inputs, |input| &input.start, RuleInput::read)
}

/// The closed days of a form; what cannot be read is said with the line's name.
#[cfg(feature = "ssr")]
pub(super) fn ranges(inputs: &[RangeInput]) -> Result<Vec<DateRange>, Vec<FieldError>> {
    lines("closed", inputs, |input| &input.from, RangeInput::read)
}

#[cfg(feature = "ssr")]
fn lines<I, T>(
    name: &str,
    inputs: &[I],
    given: impl Fn(&I) -> &String,
    read: impl Fn(&I) -> Result<T, Unfit>,
) -> Result<Vec<T>, Vec<FieldError>> {
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for (line, input) in inputs.iter().enumerate() {
        if given(input).is_empty() {
            continue;
        }
        match read(input) {
            Ok(read) => found.push(read),
            Err(unfit) => errors.push(FieldError {
                field: format!("{name}[{line}]"),
                message: crate::format::sentence(&unfit.to_string()),
            }),
        }
    }
    if errors.is_empty() {
        Ok(found)
    } else {
        Err(errors)
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;

    fn weekly(days: &[&str], start: &str, end: &str) -> RuleInput {
        RuleInput {
            kind: "weekly".to_owned(),
            days: days.iter().map(|day| (*day).to_owned()).collect(),
            start: start.to_owned(),
            end: end.to_owned(),
            ..RuleInput::default()
        }
    }

    #[test]
    fn lines_are_openings() {
        let check = |start, end, want: &str| {
            let read = rules(&[weekly(&["sun"], start, end), RuleInput::default()]).unwrap();
            let words: Vec<String> = read.iter().map(Rule::in_words).collect();
            assert_eq!(words, [want]);
            assert_eq!(RuleInput::of(&read[0]), weekly(&["sun"], start, end));
        };
        check("02:00", "04:00", "Each Sunday, 02:00 to 04:00");
        check("22:00", "06:00", "Each Sunday, 22:00 to 06:00 the next day");
        check("00:00", "00:00", "Each Sunday, 00:00 to midnight");
    }

    #[test]
    fn lines_that_cannot_be_read_are_named() {
        let odd = rules(&[weekly(&["sun"], "02:00", "03:00"), weekly(&[], "02:00", "")]);
        let fields: Vec<String> = odd.unwrap_err().into_iter().map(|e| e.field).collect();
        assert_eq!(fields, ["rules[1]"]);
        let range = RangeInput {
            from: "2026-12-24".to_owned(),
            ..RangeInput::default()
        };
        let read = ranges(&[range]).unwrap();
        assert_eq!(read[0].from, read[0].to);
    }
}
