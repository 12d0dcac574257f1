//! Openings in words, the same for devices of all zones whose clocks read the same.

use super::{TimeOfDay, Zone};
use crate::time::Timestamp;

/// A week in which names of days are unmistakable, in days.
const NAMED_DAYS: i32 = 6;

/// "02:00", with the day where it is not within a day: "Sunday 02:00", "2026-12-24 02:00".
pub fn when(at: Timestamp, now: Timestamp, zone: &Zone) -> String {
    let ((today, minutes), (day, then)) = (zone.reads(now), zone.reads(at));
    let time = TimeOfDay::from_minutes(then).map_or_else(String::new, |time| time.to_string());
    let ahead = day.days() - today.days();
    if ahead <= 0 || (ahead == 1 && then < minutes) {
        time
    } else if ahead <= NAMED_DAYS {
        format!("{} {time}", day.weekday().in_words())
    } else {
        format!("{day} {time}")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;

    #[test]
    fn openings_are_told_by_the_local_clock() {
        let check = |at: &str, want: &str| {
            let now = "2026-11-20T21:30:00Z".parse().unwrap();
            let zone = Zone::find("Europe/Berlin").unwrap();
            assert_eq!(when(at.parse().unwrap(), now, &zone), want);
        };
        check("2026-11-20T22:00:00Z", "23:00");
        check("2026-11-21T01:00:00Z", "02:00");
        check("2026-11-21T22:00:00Z", "Saturday 23:00");
        check("2026-11-26T01:00:00Z", "Thursday 02:00");
        check("2026-11-27T01:00:00Z", "2026-11-27 02:00");
    }
}
