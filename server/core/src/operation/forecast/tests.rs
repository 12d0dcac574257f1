//! Forecasts by tables, and what holds for all of them.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use proptest::prelude::*;

use super::*;

const HOUR_MS: i64 = 60 * MINUTE_MS;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// From two to four each night, `first` days from now.
fn nights(first: i64, count: i64) -> Option<Vec<Span>> {
    let midnight = at("2026-11-23T00:00:00Z");
    let night = |day: i64| {
        let from = midnight.plus_ms((24 * day + 2) * HOUR_MS);
        Span {
            from,
            until: from.plus_ms(2 * HOUR_MS),
        }
    };
    Some((first..first + count).map(night).collect())
}

fn group(devices: u32, openings: Option<Vec<Span>>) -> Group {
    Group {
        devices,
        ready: devices,
        every_s: None,
        openings,
    }
}

fn outlook(groups: Vec<Group>, per_minute: u32) -> Outlook {
    Outlook {
        starts: at("2026-11-22T12:00:00Z"),
        expires: None,
        groups,
        waves: Vec::new(),
        limits: Limits {
            per_minute: Some(per_minute),
            in_flight: None,
        },
        takes_s: 0,
    }
}

#[test]
fn what_never_opens_is_counted() {
    let check = |openings: Option<Vec<Span>>, expires: Option<&str>, want: u32| {
        let mut outlook = outlook(vec![group(7, openings), group(3, None)], 10);
        outlook.expires = expires.map(at);
        assert_eq!(outlook.shut_out(), want, "{expires:?}");
        assert!(outlook.forecast().left >= want, "{expires:?}");
    };
    check(None, None, 0);
    check(nights(0, 1), None, 0);
    check(Some(Vec::new()), None, 7);
    // Behind the last night, and before the first.
    check(nights(-9, 3), None, 7);
    check(nights(0, 9), Some("2026-11-23T02:00:00Z"), 7);
    check(nights(0, 9), Some("2026-11-23T02:00:01Z"), 0);
    // Beyond what is looked at.
    check(nights(HORIZON_DAYS + 1, 9), None, 7);
}

#[test]
fn nights_are_counted() {
    let check = |devices, per_minute, finish: Option<&str>, left| {
        let forecast = outlook(vec![group(devices, nights(0, 30))], per_minute).forecast();
        assert_eq!(forecast.finish, finish.map(at), "{devices} at {per_minute}");
        assert_eq!((forecast.done, forecast.left), (devices - left, left));
    };
    check(40_000, 1_000, Some("2026-11-23T02:40:00Z"), 0);
    check(40_000, 100, Some("2026-11-26T02:40:00Z"), 0);
    check(12_000, 100, Some("2026-11-23T04:00:00Z"), 0);
    check(12_001, 100, Some("2026-11-24T02:01:00Z"), 0);
    check(1_000_000, 600_000, Some("2026-11-23T02:02:00Z"), 0);
    // Thirty nights are not enough.
    check(40_000, 10, None, 4_000);
    check(0, 10, Some("2026-11-22T12:00:00Z"), 0);
}

#[test]
fn limits_and_groups_share() {
    let check = |outlook: Outlook, finish: &str| {
        let forecast = outlook.forecast();
        assert_eq!(forecast.finish, Some(at(finish)), "{forecast:?}");
        assert_eq!(forecast.left, 0);
    };
    check(
        outlook(vec![group(1_000, None)], 100),
        "2026-11-22T12:10:00Z",
    );
    // Two zones, one after the other; what the first leaves is done with the second.
    let zones = vec![group(6_000, nights(0, 9)), group(12_000, nights(1, 9))];
    check(outlook(zones, 100), "2026-11-24T04:00:00Z");
    // Five at a time, each a minute and a half.
    let mut few = outlook(vec![group(100, None)], 100);
    few.limits.in_flight = Some(5);
    few.takes_s = 90;
    check(few, "2026-11-22T12:31:30Z");
    // Slower than one a minute.
    let mut slow = outlook(vec![group(3, None)], 100);
    slow.limits.in_flight = Some(1);
    slow.takes_s = 300;
    check(slow, "2026-11-22T12:20:00Z");
}

#[test]
fn devices_that_are_away_come_by_and_by() {
    let check = |ready, every_s, finish: Option<&str>, left| {
        let group = Group {
            devices: 1_000,
            ready,
            every_s,
            openings: None,
        };
        let forecast = outlook(vec![group], 1_000).forecast();
        assert_eq!((forecast.finish, forecast.left), (finish.map(at), left));
    };
    check(1_000, None, Some("2026-11-22T12:01:00Z"), 0);
    check(0, Some(3_600), Some("2026-11-22T13:00:00Z"), 0);
    check(500, Some(600), Some("2026-11-22T12:10:00Z"), 0);
    check(900, None, None, 100);
}

#[test]
fn waves_follow_each_other() {
    let stage = |devices, success_percent, soak_s| Stage {
        devices,
        success_percent,
        soak_s,
    };
    let check = |waves: Vec<Stage>, opens: &[Option<&str>], finish: Option<&str>| {
        let mut outlook = outlook(vec![group(1_000, None), group(1_000, None)], 100);
        outlook.waves = waves;
        let forecast = outlook.forecast();
        let wanted: Vec<_> = opens.iter().map(|open| open.map(at)).collect();
        assert_eq!(forecast.waves, wanted);
        assert_eq!(forecast.finish, finish.map(at));
    };
    check(
        vec![
            stage(10, 100, 3_600),
            stage(190, 100, 7_200),
            stage(1_800, 95, 60),
        ],
        &[
            Some("2026-11-22T12:00:00Z"),
            Some("2026-11-22T13:01:00Z"),
            Some("2026-11-22T15:03:00Z"),
        ],
        Some("2026-11-22T15:21:00Z"),
    );
    // A few of many groups are as few as they are.
    check(
        vec![stage(1, 100, 60), stage(1, 100, 60), stage(1_998, 100, 0)],
        &[
            Some("2026-11-22T12:00:00Z"),
            Some("2026-11-22T12:02:00Z"),
            Some("2026-11-22T12:04:00Z"),
        ],
        Some("2026-11-22T12:24:00Z"),
    );
    // Half of the first is enough; the rest of it goes on beside the second.
    check(
        vec![stage(1_000, 50, 0), stage(1_000, 100, 0)],
        &[Some("2026-11-22T12:00:00Z"), Some("2026-11-22T12:05:00Z")],
        Some("2026-11-22T12:20:00Z"),
    );
}

#[test]
fn what_expires_is_left() {
    let mut outlook = outlook(vec![group(1_000, None)], 100);
    outlook.expires = Some(at("2026-11-22T12:05:00Z"));
    let forecast = outlook.forecast();
    assert_eq!(
        (forecast.finish, forecast.done, forecast.left),
        (None, 500, 500)
    );
}

#[test]
fn the_curve_has_corners_only() {
    let forecast = outlook(vec![group(24_000, nights(0, 9))], 100).forecast();
    let want = [
        ("2026-11-22T12:00:00Z", 0),
        ("2026-11-23T02:00:00Z", 0),
        ("2026-11-23T04:00:00Z", 12_000),
        ("2026-11-24T02:00:00Z", 12_000),
        ("2026-11-24T04:00:00Z", 24_000),
    ];
    assert_eq!(forecast.curve, want.map(|(time, done)| (at(time), done)));
}

fn any_outlook() -> impl Strategy<Value = Outlook> {
    let openings =
        prop::option::of((0_i64..3, 1_i64..6).prop_map(|(first, count)| nights(first, count)));
    let every = prop::option::of(1_u32..20_000);
    let any_group = (0_u32..5_000, 0_u32..5_000, every, openings).prop_map(
        |(devices, ready, every_s, openings)| Group {
            devices,
            ready,
            every_s,
            openings: openings.flatten(),
        },
    );
    let any_stage =
        (1_u32..2_000, 0_u8..=100, 0_u32..10_000).prop_map(|(devices, success_percent, soak_s)| {
            Stage {
                devices,
                success_percent,
                soak_s,
            }
        });
    (
        prop::collection::vec(any_group, 0..5),
        prop::collection::vec(any_stage, 0..4),
        1_u32..2_000,
        prop::option::of(1_u32..500),
        0_u32..400,
    )
        .prop_map(|(groups, waves, per_minute, in_flight, takes_s)| {
            let mut outlook = outlook(groups, per_minute);
            outlook.waves = waves;
            outlook.limits.in_flight = in_flight;
            outlook.takes_s = takes_s;
            outlook
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Nobody is lost or done twice, the curve grows, and no minute sees more than the limit.
    #[test]
    fn everybody_is_done_or_left(outlook in any_outlook()) {
        let forecast = outlook.forecast();
        let total: u32 = outlook.groups.iter().map(|group| group.devices).sum();
        prop_assert_eq!(forecast.done + forecast.left, total);
        prop_assert_eq!(forecast.finish.is_some(), forecast.left == 0);
        let always = |group: &Group| group.openings.is_none() && (group.ready >= group.devices || group.every_s.is_some());
        if outlook.groups.iter().all(always) {
            prop_assert_eq!(forecast.left, 0);
        }
        prop_assert!(forecast.curve.len() <= MAX_CURVE);
        prop_assert!(forecast.curve.is_sorted());
        prop_assert_eq!(forecast.curve.last().map(|point| point.1), Some(forecast.done));
        let per_minute = u64::from(outlook.limits.per_minute.unwrap());
        for pair in forecast.curve.windows(2) {
            let minutes = pair[1].0.since(pair[0].0) / MINUTE_MS;
            prop_assert!(u64::from(pair[1].1 - pair[0].1) <= per_minute * minutes.unsigned_abs());
        }
    }
}
