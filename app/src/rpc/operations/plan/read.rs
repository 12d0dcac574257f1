//! Reading single fields.

use muster_core::time::Timestamp;

use crate::error::FieldError;
use crate::format::sentence;

/// Longest time that can be given, in seconds: a year.
const MAX_SECONDS: u64 = 366 * 86_400;

/// What was found wrong so far.
#[derive(Debug, Default)]
pub struct Problems(Vec<FieldError>);

impl Problems {
    /// Notes what is wrong with a field.
    pub fn add(&mut self, field: impl Into<String>, message: impl std::fmt::Display) {
        self.0.push(FieldError {
            field: field.into(),
            message: sentence(&message.to_string()),
        });
    }

    /// The value, or a note.
    pub fn take<T>(&mut self, field: &str, read: Result<T, impl std::fmt::Display>) -> Option<T> {
        read.map_err(|message| self.add(field, message)).ok()
    }

    pub fn into_list(self) -> Vec<FieldError> {
        self.0
    }
}

/// A whole number within bounds; `None` for an empty field.
pub fn number(text: &str, least: u32, most: u32) -> Result<Option<u32>, String> {
    let text = text.trim().replace(',', "");
    if text.is_empty() {
        return Ok(None);
    }
    text.parse::<u32>()
        .ok()
        .filter(|n| (least..=most).contains(n))
        .map(Some)
        .ok_or_else(|| {
            let (least, most) = (u64::from(least), u64::from(most));
            let count = crate::format::count;
            format!(
                "write a whole number from {} to {}",
                count(least),
                count(most)
            )
        })
}

/// A time such as `90 s`, `30 min`, `12 h`, `2 d`, in seconds; a bare number is seconds.
pub fn seconds(text: &str) -> Result<u32, String> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let factor = match unit.trim() {
        "" | "s" => 1,
        "m" | "min" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => 0,
    };
    digits
        .parse::<u64>()
        .ok()
        .filter(|_| factor > 0)
        .and_then(|n| n.checked_mul(factor))
        .filter(|n| *n <= MAX_SECONDS)
        .and_then(|n| u32::try_from(n).ok())
        .ok_or_else(|| "write a time such as 90 s, 30 min, 12 h or 2 d, at most a year".to_owned())
}

/// A moment in UTC as fields of date and time write it: `2026-11-22T03:30`.
pub fn moment(text: &str) -> Result<Option<Timestamp>, String> {
    let text = text.trim().trim_end_matches('Z').replace(' ', "T");
    if text.is_empty() {
        return Ok(None);
    }
    let whole = match text.matches(':').count() {
        1 => format!("{text}:00Z"),
        _ => format!("{text}Z"),
    };
    whole
        .parse()
        .map(Some)
        .map_err(|_| "write a date and a time in UTC, such as 2026-11-22 03:30".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        let check = |text: &str, want: Option<u32>| assert_eq!(seconds(text).ok(), want, "{text}");
        check("90", Some(90));
        check("90 s", Some(90));
        check("30min", Some(1_800));
        check(" 12 h ", Some(43_200));
        check("2 d", Some(172_800));
        check("367 d", None);
        check("soon", None);
        check("", None);
        check("1.5 h", None);
        check("99999999999999999999 d", None);
    }

    #[test]
    fn numbers_have_bounds() {
        let check = |text: &str, want: Result<Option<u32>, ()>| {
            assert_eq!(number(text, 1, 1_000_000).map_err(|_| ()), want, "{text}");
        };
        check("", Ok(None));
        check("1,204", Ok(Some(1204)));
        check("0", Err(()));
        check("-1", Err(()));
        check("many", Err(()));
    }

    #[test]
    fn moments_are_in_utc() {
        let check = |text: &str, want: Option<&str>| {
            let found = moment(text).ok().flatten().map(|at| at.to_string());
            assert_eq!(found.as_deref().map(|at| &at[..19]), want, "{text}");
        };
        check("2026-11-22T03:30", Some("2026-11-22T03:30:00"));
        check("2026-11-22 03:30:10Z", Some("2026-11-22T03:30:10"));
        check("", None);
        check("tomorrow", None);
    }
}
