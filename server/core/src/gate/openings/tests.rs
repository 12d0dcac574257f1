//! Openings against the clock, minute by minute.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use proptest::prelude::*;

use super::*;
use crate::gate::{Nth, Recurrence, TimeOfDay, Weekday};

const MINUTE_MS: i64 = 60_000;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn zone(name: &str) -> Zone {
    Zone::find(name).unwrap()
}

fn rule(when: Recurrence, start: &str, minutes: u16) -> Rule {
    Rule {
        when,
        start: start.parse().unwrap(),
        minutes,
    }
}

fn daily() -> Recurrence {
    Recurrence::Weekly {
        days: Weekday::ALL.to_vec(),
    }
}

fn window(rules: Vec<Rule>) -> Window {
    Window {
        name: "Night".to_owned(),
        rules,
        blackouts: Vec::new(),
        calendar: None,
    }
}

fn told(hours: &Hours<'_>, from: &str, count: usize) -> Vec<String> {
    let short = |at: Timestamp| at.to_string().replace(":00.0000000Z", "Z");
    let spans = hours.openings(at(from)).take(count);
    spans
        .map(|span| format!("{}/{}", short(span.from), short(span.until)))
        .collect()
}

#[test]
fn nights_of_clock_changes() {
    let check = |place: &str, start: &str, minutes, from: &str, want: &[&str]| {
        let window = window(vec![rule(daily(), start, minutes)]);
        let hours = window.hours(None, &zone(place));
        assert_eq!(told(&hours, from, want.len()), want, "{place} {start}");
    };
    // The skipped hour is not there; the end does not move.
    check(
        "Europe/Berlin",
        "00:00",
        360,
        "2026-03-28T23:00:00Z",
        &["2026-03-28T23:00Z/2026-03-29T04:00Z"],
    );
    check(
        "Europe/Berlin",
        "02:30",
        90,
        "2026-03-29T00:00:00Z",
        &["2026-03-29T01:00Z/2026-03-29T02:00Z"],
    );
    // Wholly in the skipped hour: the next is on the next day.
    check(
        "Europe/Berlin",
        "02:10",
        40,
        "2026-03-29T00:00:00Z",
        &["2026-03-30T00:10Z/2026-03-30T00:50Z"],
    );
    // The hour that comes twice: spanned it belongs to it, as an edge it is the first.
    check(
        "Europe/Berlin",
        "00:00",
        360,
        "2026-10-24T22:00:00Z",
        &["2026-10-24T22:00Z/2026-10-25T05:00Z"],
    );
    check(
        "Europe/Berlin",
        "02:10",
        40,
        "2026-10-25T00:00:00Z",
        &[
            "2026-10-25T00:10Z/2026-10-25T00:50Z",
            "2026-10-26T01:10Z/2026-10-26T01:50Z",
        ],
    );
    check(
        "America/New_York",
        "01:30",
        120,
        "2026-11-01T00:00:00Z",
        &["2026-11-01T05:30Z/2026-11-01T08:30Z"],
    );
    check(
        "America/New_York",
        "01:30",
        120,
        "2026-03-08T00:00:00Z",
        &["2026-03-08T06:30Z/2026-03-08T07:30Z"],
    );
    // Half an hour only.
    check(
        "Australia/Lord_Howe",
        "01:00",
        120,
        "2026-10-03T12:00:00Z",
        &["2026-10-03T14:30Z/2026-10-03T16:00Z"],
    );
    check(
        "Australia/Lord_Howe",
        "01:45",
        60,
        "2026-04-04T12:00:00Z",
        &["2026-04-04T14:45Z/2026-04-04T16:15Z"],
    );
}

#[test]
fn blackouts_and_service_hours_close_a_window() {
    let mut window = window(vec![rule(daily(), "22:00", 480)]);
    window.blackouts = vec![DateRange {
        from: "2026-12-24".parse().unwrap(),
        to: "2026-12-26".parse().unwrap(),
        note: "Christmas".to_owned(),
    }];
    let calendar = Calendar {
        name: "Shops".to_owned(),
        hours: vec![rule(
            Recurrence::Weekly {
                days: vec![Weekday::Mon, Weekday::Tue],
            },
            "05:00",
            900,
        )],
        holidays: Vec::new(),
        zone: ZoneRule::Fixed {
            name: "Europe/Berlin".to_owned(),
        },
    };
    let check = |calendar, from: &str, want: &[&str]| {
        let hours = window.hours(calendar, &zone("Europe/London"));
        assert_eq!(told(&hours, from, want.len()), want);
    };
    check(
        None,
        "2026-12-23T12:00:00Z",
        &[
            "2026-12-23T22:00Z/2026-12-24T00:00Z",
            "2026-12-27T00:00Z/2026-12-27T06:00Z",
        ],
    );
    // Five in Berlin is four in London.
    check(
        Some(&calendar),
        "2026-11-22T12:00:00Z",
        &[
            "2026-11-22T22:00Z/2026-11-23T04:00Z",
            "2026-11-23T22:00Z/2026-11-24T04:00Z",
            "2026-11-24T22:00Z/2026-11-25T06:00Z",
        ],
    );
}

#[test]
fn states_say_until_when() {
    let check = |rules: Vec<Rule>, now: &str, want: State| {
        let window = window(rules);
        assert_eq!(
            window.hours(None, &Zone::utc()).state(at(now)),
            want,
            "{now}"
        );
    };
    let night = || vec![rule(daily(), "23:00", 120)];
    let open = |until: Option<&str>| State::Open {
        until: until.map(at),
    };
    let closed = |opens: Option<&str>| State::Closed {
        opens: opens.map(at),
    };
    check(
        night(),
        "2026-11-22T23:00:00Z",
        open(Some("2026-11-23T01:00:00Z")),
    );
    check(
        night(),
        "2026-11-23T00:59:59Z",
        open(Some("2026-11-23T01:00:00Z")),
    );
    check(
        night(),
        "2026-11-23T01:00:00Z",
        closed(Some("2026-11-23T23:00:00Z")),
    );
    // Openings that touch are one.
    check(
        vec![rule(daily(), "23:00", 60), rule(daily(), "00:00", 60)],
        "2026-11-22T23:30:00Z",
        open(Some("2026-11-23T01:00:00Z")),
    );
    check(
        vec![rule(daily(), "12:00", 1440)],
        "2026-11-22T23:30:00Z",
        open(None),
    );
    let once = |date: &str| Recurrence::Once {
        date: date.parse().unwrap(),
    };
    check(
        vec![rule(once("2026-11-21"), "02:00", 60)],
        "2026-11-22T00:00:00Z",
        closed(None),
    );
    check(
        vec![rule(once("2027-11-21"), "02:00", 60)],
        "2026-11-22T00:00:00Z",
        closed(Some("2027-11-21T02:00:00Z")),
    );
    check(
        vec![rule(once("2028-11-21"), "02:00", 60)],
        "2026-11-22T00:00:00Z",
        closed(None),
    );
}

#[test]
fn a_window_inside_service_hours_never_opens() {
    let window = window(vec![rule(daily(), "10:00", 60)]);
    let calendar = Calendar {
        name: "Always".to_owned(),
        hours: vec![rule(daily(), "00:00", 1440)],
        holidays: Vec::new(),
        zone: ZoneRule::Device,
    };
    let now = at("2026-11-22T00:00:00Z");
    assert!(window.hours(None, &Zone::utc()).ever_opens(now));
    assert!(!window.hours(Some(&calendar), &Zone::utc()).ever_opens(now));
}

// Minute by minute: the clock's highest reading so far decides, so that an hour that comes twice is the first time's.

fn by_hand(window: &Window, highest: (Date, u16)) -> bool {
    let (day, minutes) = highest;
    if window.blackouts.iter().any(|range| range.contains(day)) {
        return false;
    }
    window.rules.iter().any(|rule| {
        (0..=1).any(|before| {
            let began = day.plus(-before);
            let reading = minutes + 1440 * before as u16;
            let start = rule.start.minutes();
            rule.when.begins_on(began) && (start..start + rule.minutes).contains(&reading)
        })
    })
}

/// Which minutes from `from` on are open, by hand.
fn minutes_by_hand(window: &Window, zone: &Zone, from: Timestamp, count: usize) -> Vec<bool> {
    // The clock's highest reading a day earlier is the highest there was.
    let mut highest = (Date::from_days(0), 0);
    let early = 1500;
    let minutes = (0..count + early).map(|minute| {
        let at = from.plus_ms((minute as i64 - early as i64) * MINUTE_MS);
        highest = highest.max(zone.reads(at));
        by_hand(window, highest)
    });
    minutes.skip(early).collect()
}

fn any_recurrence() -> impl Strategy<Value = Recurrence> {
    prop_oneof![
        3 => prop::sample::subsequence(Weekday::ALL.to_vec(), 1..=7).prop_map(|days| Recurrence::Weekly { days }),
        1 => (prop::sample::select(Nth::ALL.to_vec()), prop::sample::select(Weekday::ALL.to_vec()))
            .prop_map(|(nth, day)| Recurrence::Monthly { nth, day }),
    ]
}

fn any_window() -> impl Strategy<Value = Window> {
    // Many near the changes of clocks, many that touch midnight.
    let start = prop_oneof![0_u16..1440, 0_u16..300, Just(0_u16)];
    let minutes = prop_oneof![1_u16..=1440, 1_u16..=90, Just(1440_u16)];
    let any_rule = (any_recurrence(), start, minutes).prop_map(|(when, start, minutes)| Rule {
        when,
        start: TimeOfDay::from_minutes(start).unwrap(),
        minutes,
    });
    let blackout = prop::option::of((-2_i32..5, 0_i32..3));
    (prop::collection::vec(any_rule, 1..4), blackout).prop_map(|(rules, blackout)| {
        let mut window = window(rules);
        let change: Date = "2026-03-29".parse().unwrap();
        window
            .blackouts
            .extend(blackout.map(|(from, days)| DateRange {
                from: change.plus(from),
                to: change.plus(from + days),
                note: String::new(),
            }));
        window
    })
}

/// Weeks in which clocks change.
const CHANGES: [(&str, &str); 8] = [
    ("Europe/Berlin", "2026-03-26T00:00:00Z"),
    ("Europe/Berlin", "2026-10-22T00:00:00Z"),
    ("America/New_York", "2026-03-05T00:00:00Z"),
    ("America/New_York", "2026-10-29T00:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-02T00:00:00Z"),
    ("Australia/Lord_Howe", "2026-10-01T00:00:00Z"),
    ("Africa/Cairo", "2026-04-21T00:00:00Z"),
    ("Africa/Cairo", "2026-10-27T00:00:00Z"),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Openings are exactly the open minutes, and each state says the first minute at which it changes.
    #[test]
    fn openings_agree_with_the_clock(
        window in any_window(),
        week in prop::sample::select(CHANGES.to_vec()),
        probe in 0_usize..5 * 1440,
    ) {
        let (name, from) = week;
        let (zone, from) = (zone(name), at(from));
        let hours = window.hours(None, &zone);
        let minutes = minutes_by_hand(&window, &zone, from, 7 * 1440);
        let minute = |index: usize| from.plus_ms(index as i64 * MINUTE_MS);
        let spans: Vec<Span> = hours.openings(from).take_while(|span| span.from < minute(minutes.len())).collect();
        let mut next = 0;
        for (index, open) in minutes.iter().enumerate() {
            let now = minute(index);
            while spans.get(next).is_some_and(|span| span.until <= now) {
                next += 1;
            }
            let within = spans.get(next).is_some_and(|span| span.from <= now);
            prop_assert_eq!(within, *open, "minute {} at {}", index, now);
        }
        let change = (probe + 1..minutes.len()).find(|index| minutes[*index] != minutes[probe]).map(minute);
        match hours.state(minute(probe)) {
            State::Open { until } => {
                prop_assert!(minutes[probe]);
                prop_assert!(change.is_none() || until == change, "until {until:?}, not {change:?}");
            }
            State::Closed { opens } => {
                prop_assert!(!minutes[probe]);
                prop_assert!(change.is_none() || opens == change, "opens {opens:?}, not {change:?}");
            }
        }
    }
}
