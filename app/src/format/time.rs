//! Instants and spans. All instants are milliseconds since 1970-01-01 UTC.

use muster_core::time::Timestamp;

use super::{NBSP, Zone};

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// How an instant is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TimeStyle {
    /// `14:32`
    Clock,
    /// `14:32:08`
    ClockSeconds,
    /// `19 Nov 2026`
    Date,
    /// `19 Nov 2026, 14:32`
    DateTime,
    /// `Today 14:20`, `Wed 15:40`, `12 Oct 15:40`, `12 Oct 2025`, seen from `now`.
    Moment {
        /// The present.
        now: i64,
    },
    /// `Since today 14:20`, seen from `now`.
    Since {
        /// The present.
        now: i64,
    },
    /// `40 s`, `52 min`, `3 h`, then the date, seen from `now`. For columns of lists.
    Age {
        /// The present.
        now: i64,
    },
    /// `40 s ago`, then the date, seen from `now`.
    Ago {
        /// The present.
        now: i64,
    },
}

impl TimeStyle {
    /// Writes an instant.
    pub fn write(self, ms: i64, zone: Zone) -> String {
        match self {
            Self::Clock => clock(ms, zone),
            Self::ClockSeconds => clock_seconds(ms, zone),
            Self::Date => date(ms, zone),
            Self::DateTime => date_time(ms, zone),
            Self::Moment { now } => moment(ms, now, zone),
            Self::Since { now } => since(ms, now, zone).replacen('s', "S", 1),
            Self::Age { now } => age(ms, now, zone),
            Self::Ago { now } => ago(ms, now, zone),
        }
    }
}

/// A calendar day and a time of day in some zone.
struct Local {
    year: i64,
    month: &'static str,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    weekday: &'static str,
    /// Days since 1970-01-01 in that zone.
    day_number: i64,
}

fn local(ms: i64, zone: Zone) -> Local {
    let there = ms.saturating_add(zone.offset_minutes(ms) * MINUTE);
    let (year, month, day, hour, minute, second, _) = Timestamp::from_millis(there).civil();
    let day_number = there.div_euclid(DAY);
    Local {
        year,
        month: MONTHS[(month as usize - 1) % 12],
        day,
        hour,
        minute,
        second,
        weekday: WEEKDAYS[day_number.rem_euclid(7) as usize],
        day_number,
    }
}

/// `14:32`
pub fn clock(ms: i64, zone: Zone) -> String {
    let t = local(ms, zone);
    format!("{:02}:{:02}", t.hour, t.minute)
}

/// `14:32:08`
pub fn clock_seconds(ms: i64, zone: Zone) -> String {
    let t = local(ms, zone);
    format!("{:02}:{:02}:{:02}", t.hour, t.minute, t.second)
}

/// `19 Nov 2026`
pub fn date(ms: i64, zone: Zone) -> String {
    let t = local(ms, zone);
    format!("{} {} {}", t.day, t.month, t.year)
}

/// `19 Nov 2026, 14:32`
pub fn date_time(ms: i64, zone: Zone) -> String {
    format!("{}, {}", date(ms, zone), clock(ms, zone))
}

/// The whole truth for a tooltip: `2026-11-19 13:32:08 UTC`.
pub fn utc(ms: i64) -> String {
    let (year, month, day, hour, minute, second, _) = Timestamp::from_millis(ms).civil();
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

/// For the `datetime` attribute: `2026-11-19T13:32:08Z`.
pub fn iso(ms: i64) -> String {
    let (year, month, day, hour, minute, second, _) = Timestamp::from_millis(ms).civil();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// A point in the past or future as a log names it: `Today 14:20`, `Yesterday 15:40`, `Wed 15:40`, `12 Oct 15:40`,
/// `12 Oct 2025`.
pub fn moment(ms: i64, now: i64, zone: Zone) -> String {
    let (t, present) = (local(ms, zone), local(now, zone));
    let at = format!("{:02}:{:02}", t.hour, t.minute);
    match present.day_number - t.day_number {
        0 => format!("Today {at}"),
        1 => format!("Yesterday {at}"),
        -1 => format!("Tomorrow {at}"),
        -6..=6 => format!("{} {at}", t.weekday),
        _ if t.year == present.year => format!("{} {} {at}", t.day, t.month),
        _ => format!("{} {} {}", t.day, t.month, t.year),
    }
}

/// A moment inside a sentence: `since today 14:20`, `since Wed 15:40`.
pub fn since(ms: i64, now: i64, zone: Zone) -> String {
    let moment = moment(ms, now, zone);
    let words = ["Today", "Yesterday", "Tomorrow"];
    match words
        .iter()
        .find_map(|word| moment.strip_prefix(word).map(|rest| (word, rest)))
    {
        Some((word, rest)) => format!("since {}{rest}", word.to_lowercase()),
        None => format!("since {moment}"),
    }
}

/// A span in its largest unit: `40 s`, `52 min`, `3 h`, `12 d`. Negative spans count as zero.
fn span(ms: i64) -> String {
    let (n, unit) = match ms.max(0) {
        ms if ms < MINUTE => (ms / SECOND, "s"),
        ms if ms < HOUR => (ms / MINUTE, "min"),
        ms if ms < DAY => (ms / HOUR, "h"),
        ms => (ms / DAY, "d"),
    };
    format!("{n}{NBSP}{unit}")
}

/// A span in its two largest units: `2 h 52 min`, `1 d 4 h`, `40 s`.
pub fn duration(ms: i64) -> String {
    let ms = ms.max(0);
    let rest = match ms {
        ms if ms < HOUR => 0,
        ms if ms < DAY => ms % HOUR / MINUTE * MINUTE,
        ms => ms % DAY / HOUR * HOUR,
    };
    if rest == 0 {
        span(ms)
    } else {
        format!("{} {}", span(ms), span(rest))
    }
}

/// How long something took: milliseconds below a second (`42 ms`), then like [`duration`].
pub fn latency(ms: i64) -> String {
    if ms < SECOND {
        format!("{}{NBSP}ms", ms.max(0))
    } else {
        duration(ms)
    }
}

/// How old something is, in lists: relative up to a day (`52 min`), then the day (`12 Oct`, `12 Oct 2025`).
pub fn age(ms: i64, now: i64, zone: Zone) -> String {
    if now - ms < DAY {
        return span(now - ms);
    }
    let (t, present) = (local(ms, zone), local(now, zone));
    if t.year == present.year {
        format!("{} {}", t.day, t.month)
    } else {
        format!("{} {} {}", t.day, t.month, t.year)
    }
}

/// How long ago, in sentences: `40 s ago`, `in 4 min`, and beyond a day the moment itself.
pub fn ago(ms: i64, now: i64, zone: Zone) -> String {
    match now - ms {
        past if past >= DAY => moment(ms, now, zone),
        past if past >= 0 => format!("{} ago", span(past)),
        future if -future < DAY => format!("in {}", span(-future)),
        _ => moment(ms, now, zone),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Thu 19 Nov 2026 14:32:08 UTC.
    const NOW: i64 = 1_795_098_728_000;

    #[test]
    fn absolute_forms() {
        let check = |style: TimeStyle, want: &str| assert_eq!(style.write(NOW, Zone::Utc), want);
        check(TimeStyle::Clock, "14:32");
        check(TimeStyle::ClockSeconds, "14:32:08");
        check(TimeStyle::Date, "19 Nov 2026");
        check(TimeStyle::DateTime, "19 Nov 2026, 14:32");
        assert_eq!(utc(NOW), "2026-11-19 14:32:08 UTC");
        assert_eq!(iso(NOW), "2026-11-19T14:32:08Z");
        assert_eq!(iso(-1), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn moments_name_the_day_a_reader_thinks_of() {
        let check =
            |before_ms, want: &str| assert_eq!(moment(NOW - before_ms, NOW, Zone::Utc), want);
        check(12 * MINUTE, "Today 14:20");
        check(15 * HOUR, "Yesterday 23:32");
        check(DAY, "Yesterday 14:32");
        check(-DAY, "Tomorrow 14:32");
        check(3 * DAY, "Mon 14:32");
        check(38 * DAY, "12 Oct 14:32");
        check(400 * DAY, "15 Oct 2025");
    }

    #[test]
    fn since_reads_as_a_sentence() {
        assert_eq!(
            since(NOW - 12 * MINUTE, NOW, Zone::Utc),
            "since today 14:20"
        );
        assert_eq!(since(NOW - 3 * DAY, NOW, Zone::Utc), "since Mon 14:32");
    }

    #[test]
    fn ages_are_relative_up_to_a_day() {
        let check = |before_ms, want: &str| assert_eq!(age(NOW - before_ms, NOW, Zone::Utc), want);
        check(0, "0\u{a0}s");
        check(-500, "0\u{a0}s");
        check(40 * SECOND, "40\u{a0}s");
        check(119 * SECOND, "1\u{a0}min");
        check(52 * MINUTE, "52\u{a0}min");
        check(23 * HOUR, "23\u{a0}h");
        check(DAY, "18 Nov");
        check(400 * DAY, "15 Oct 2025");
    }

    #[test]
    fn ago_goes_both_ways() {
        let check = |before_ms, want: &str| assert_eq!(ago(NOW - before_ms, NOW, Zone::Utc), want);
        check(40 * SECOND, "40\u{a0}s ago");
        check(-4 * MINUTE, "in 4\u{a0}min");
        check(2 * DAY, "Tue 14:32");
    }

    #[test]
    fn durations_have_two_units_at_most() {
        let check = |ms, want: &str| assert_eq!(duration(ms), want);
        check(40 * SECOND, "40\u{a0}s");
        check(2 * HOUR + 52 * MINUTE + 9 * SECOND, "2\u{a0}h 52\u{a0}min");
        check(2 * HOUR, "2\u{a0}h");
        check(DAY + 4 * HOUR, "1\u{a0}d 4\u{a0}h");
        check(-5, "0\u{a0}s");
    }

    #[test]
    fn latencies_are_exact_below_a_second() {
        let check = |ms, want: &str| assert_eq!(latency(ms), want);
        check(0, "0\u{a0}ms");
        check(999, "999\u{a0}ms");
        check(30_004, "30\u{a0}s");
    }
}
