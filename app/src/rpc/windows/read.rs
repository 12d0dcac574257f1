//! Windows and calendars in a zone: what the week shows, and what comes next.

use muster_core::gate::{
    Date, DateRange, Hours, Sheet, SheetKind, Slug, Span, State, Weekday, Window, Zone, ZoneRule,
    when,
};
use muster_core::time::Timestamp;
use muster_query::{Condition, Path};
use muster_service::gates::Shelf;
use muster_service::{Access, Hub, Scalar};

use super::{Day, HoursView, Week, ZoneView};
use crate::error::AppError;
use crate::panels::filters;

/// Zones of the fleet that are looked at: those of most devices.
const MAX_ZONES: usize = 24;

/// Openings that a week can show of one window or calendar.
const MAX_SPANS: usize = 200;

const MINUTE_MS: i64 = 60_000;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The zones that devices name, with their numbers, then those of sites and of the fleet.
pub(super) fn zones(hub: &Hub, access: &Access, shelf: &Shelf) -> Vec<ZoneView> {
    let path = "location.timezone";
    let tag = Path::Tag(path.to_owned());
    let groups = hub.fleet_groups(access, &Condition::all(), &tag, MAX_ZONES);
    let mut zones: Vec<ZoneView> = Vec::new();
    for (value, devices) in groups {
        if let Some(Scalar::String(name)) = value
            && Zone::find(&name).is_some()
        {
            let literal = muster_query::Literal::String(name.to_string());
            zones.push(ZoneView {
                href: filters::href(&filters::tag_is(path, literal)),
                name: name.to_string(),
                devices: devices as u64,
            });
        }
    }
    let of_places = shelf
        .all(SheetKind::Place)
        .filter_map(|row| match &row.sheet {
            Sheet::Place(place) => place.zone.clone(),
            _ => None,
        });
    for name in of_places.chain([shelf.default_zone().name().to_owned()]) {
        if zones.iter().all(|zone| zone.name != name) {
            zones.push(ZoneView {
                name,
                devices: 0,
                href: String::new(),
            });
        }
    }
    zones
}

/// The week of a day in a zone.
pub(super) fn week(hub: &Hub, access: &Access, zone: &str, day: &str) -> Result<Week, AppError> {
    let shelf = hub.shelf(access)?;
    let zones = zones(hub, access, &shelf);
    let zone = match zone.trim() {
        "" => zones
            .iter()
            .find_map(|zone| Zone::find(&zone.name))
            .unwrap_or_else(Zone::utc),
        name => muster_service::gates::zone_named(name)?,
    };
    let now = hub.now();
    let (today, minute) = zone.reads(now);
    let day = if day.is_empty() {
        today
    } else {
        day.parse().map_err(AppError::invalid)?
    };
    let monday = day.plus(-(day.weekday() as i32));
    let days: Vec<Date> = (0..7).map(|after| monday.plus(after)).collect();
    let at = days.iter().position(|day| *day == today);
    let view = |kind: SheetKind| {
        let rows = shelf.all(kind);
        rows.filter_map(|row| {
            hours_view(&shelf, kind, &row.id, &row.sheet, &zone, &zones, &days, now)
        })
        .collect()
    };
    Ok(Week {
        zone: zone.name().to_owned(),
        fleet_zone: shelf.default_zone().name().to_owned(),
        days: days.iter().map(day_view).collect(),
        today: at.map(|at| (at as u8, minute)),
        clock: clock_change(&zone, &days),
        before: monday.plus(-7).to_string(),
        after: monday.plus(7).to_string(),
        windows: view(SheetKind::Window),
        calendars: view(SheetKind::Calendar),
        zones,
    })
}

fn day_view(date: &Date) -> Day {
    let (_, month, day) = date.parts();
    Day {
        name: date.weekday().in_words()[..3].to_owned(),
        date: format!("{day} {}", MONTHS[(month as usize - 1) % 12]),
    }
}

/// "The clock goes forward by 60 minutes on Sunday."
fn clock_change(zone: &Zone, days: &[Date]) -> Option<String> {
    days.iter().find_map(|day| {
        let ahead = |date: Date| zone.ahead_minutes(zone.first_reads(date, 0));
        let change = ahead(day.plus(1)) - ahead(*day);
        let way = if change > 0 { "forward" } else { "back" };
        (change != 0).then(|| {
            format!(
                "On {} the clock goes {way} by {} minutes in {}.",
                day.weekday().in_words(),
                change.abs(),
                zone.name()
            )
        })
    })
}

#[expect(clippy::too_many_arguments, reason = "all of it is of the one week")]
fn hours_view(
    shelf: &Shelf,
    kind: SheetKind,
    id: &Slug,
    sheet: &Sheet,
    zone: &Zone,
    zones: &[ZoneView],
    days: &[Date],
    now: Timestamp,
) -> Option<HoursView> {
    let hours = shelf.hours(kind, id, zone)?;
    let (rules, closed) = match sheet {
        Sheet::Window(window) => (&window.rules, &window.blackouts),
        Sheet::Calendar(calendar) => (&calendar.hours, &calendar.holidays),
        Sheet::Place(_) => return None,
    };
    let mut but: Vec<String> = closed.iter().map(closed_words).collect();
    but.extend(beside(shelf, sheet));
    let state = shelf.state(kind, id, zone, now)?;
    Some(HoursView {
        id: id.to_string(),
        name: sheet.name().to_owned(),
        rules: rules
            .iter()
            .map(muster_core::gate::Rule::in_words)
            .collect(),
        but,
        open: matches!(state, State::Open { .. }),
        next: next_words(shelf, kind, id, state, zone, zones, now),
        spans: per_day(&hours, zone, days),
    })
}

fn closed_words(range: &DateRange) -> String {
    let days = if range.from == range.to {
        format!("Not on {}", range.from)
    } else {
        format!("Not from {} to {}", range.from, range.to)
    };
    if range.note.is_empty() {
        days
    } else {
        format!("{days} ({})", range.note)
    }
}

/// What else decides about the hours.
fn beside(shelf: &Shelf, sheet: &Sheet) -> Option<String> {
    match sheet {
        Sheet::Window(Window {
            calendar: Some(id), ..
        }) => {
            let name = shelf.name(SheetKind::Calendar, id).unwrap_or(id.as_str());
            Some(format!("Not during service hours of {name}"))
        }
        Sheet::Calendar(calendar) => match &calendar.zone {
            ZoneRule::Fixed { name } => Some(format!("By the clock of {name}")),
            ZoneRule::Device => None,
        },
        _ => None,
    }
}

/// "Opens Sunday 02:00 local. First in Asia/Tokyo, in 3 h."
fn next_words(
    shelf: &Shelf,
    kind: SheetKind,
    id: &Slug,
    state: State,
    zone: &Zone,
    zones: &[ZoneView],
    now: Timestamp,
) -> String {
    let (open, opens) = match kind {
        SheetKind::Calendar => ("Service", "Service begins"),
        SheetKind::Window | SheetKind::Place => ("Open", "Opens"),
    };
    let here = match state {
        State::Open { until: Some(until) } => {
            return format!("{open} until {} local.", when(until, now, zone));
        }
        State::Open { until: None } => return format!("{open} all the time."),
        State::Closed { opens: None } => return "Not in the next 400 days.".to_owned(),
        State::Closed { opens: Some(at) } => at,
    };
    let local = when(here, now, zone);
    let ahead = in_words(here.since(now));
    let mut words = format!("{opens} {local} local, {ahead} in {}.", zone.name());
    if let Some((first, at)) = first(shelf, kind, id, zones, now)
        && at < here
    {
        words += &match at <= now {
            true => format!(" {open} in {first} now."),
            false => format!(" First in {first}, {}.", in_words(at.since(now))),
        };
    }
    words
}

/// The zone of the fleet in which it opens first, and when; the present where it is open.
fn first(
    shelf: &Shelf,
    kind: SheetKind,
    id: &Slug,
    zones: &[ZoneView],
    now: Timestamp,
) -> Option<(String, Timestamp)> {
    let opens = zones.iter().filter_map(|view| {
        let zone = Zone::find(&view.name)?;
        match shelf.state(kind, id, &zone, now)? {
            State::Open { .. } => Some((view.name.clone(), now)),
            State::Closed { opens } => Some((view.name.clone(), opens?)),
        }
    });
    opens.min_by_key(|(_, at)| *at)
}

/// "in 20 min", "in 3 h", "in 4 days".
pub(super) fn in_words(ms: i64) -> String {
    let minutes = (ms + MINUTE_MS - 1) / MINUTE_MS;
    match minutes {
        ..=0 => "now".to_owned(),
        1..=119 => format!("in {minutes} min"),
        120..=2879 => format!("in {} h", minutes / 60),
        _ => format!("in {} days", minutes / 1440),
    }
}

/// The openings of a week as the clock on the wall shows them.
fn per_day(hours: &Hours<'_>, zone: &Zone, days: &[Date]) -> Vec<Vec<(u16, u16)>> {
    let (first, last) = (days[0], days[days.len() - 1].plus(1));
    let end = zone.first_reads(last, 0);
    let spans: Vec<Span> = hours
        .openings(zone.first_reads(first, 0))
        .take_while(|span| span.from < end)
        .take(MAX_SPANS)
        .collect();
    let of_day = |day: &Date| {
        let (begins, ends) = (zone.first_reads(*day, 0), zone.first_reads(day.plus(1), 0));
        let parts = spans
            .iter()
            .filter(|span| span.from < ends && begins < span.until);
        let parts = parts.map(|span| {
            let from = zone.reads(span.from.max(begins)).1;
            let until = if span.until >= ends {
                1440
            } else {
                zone.reads(span.until).1
            };
            (from, until)
        });
        parts.filter(|(from, until)| from < until).collect()
    };
    days.iter().map(of_day).collect()
}

/// Names of zones for a field's suggestions.
pub(crate) fn zone_names(hub: &Hub, access: &Access, shelf: &Shelf) -> Vec<String> {
    let zones = zones(hub, access, shelf).into_iter();
    zones.map(|zone| zone.name).collect()
}

/// The days of a new opening.
pub(super) fn default_days() -> Vec<String> {
    vec![Weekday::Sun.as_str().to_owned()]
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;
    use muster_core::gate::Rule;

    #[test]
    fn a_week_is_drawn_by_the_clock_on_the_wall() {
        let check = |zone: &str, monday: &str, start: &str, minutes, want: [&[(u16, u16)]; 7]| {
            let days = Weekday::ALL.to_vec();
            let window = Window {
                name: "Night".to_owned(),
                rules: vec![Rule {
                    when: muster_core::gate::Recurrence::Weekly { days },
                    start: start.parse().unwrap(),
                    minutes,
                }],
                blackouts: Vec::new(),
                calendar: None,
            };
            let zone = Zone::find(zone).unwrap();
            let monday: Date = monday.parse().unwrap();
            let days: Vec<Date> = (0..7).map(|day| monday.plus(day)).collect();
            assert_eq!(per_day(&window.hours(None, &zone), &zone, &days), want);
        };
        let over_midnight: &[(u16, u16)] = &[(0, 60), (1380, 1440)];
        check("UTC", "2026-11-23", "23:00", 120, [over_midnight; 7]);
        let night: &[(u16, u16)] = &[(120, 180)];
        // On the last Sunday of March the hour from two to three is skipped.
        let mut nights = [night; 7];
        nights[6] = &[];
        check("Europe/Berlin", "2026-03-23", "02:00", 60, nights);
        check("Europe/Berlin", "2026-10-19", "02:00", 60, [night; 7]);
    }

    #[test]
    fn changes_of_the_clock_are_told() {
        let check = |zone: &str, monday: &str, want: Option<&str>| {
            let monday: Date = monday.parse().unwrap();
            let days: Vec<Date> = (0..7).map(|day| monday.plus(day)).collect();
            let told = clock_change(&Zone::find(zone).unwrap(), &days);
            assert_eq!(told.as_deref(), want);
        };
        check(
            "Europe/Berlin",
            "2026-03-23",
            Some("On Sunday the clock goes forward by 60 minutes in Europe/Berlin."),
        );
        check(
            "Australia/Lord_Howe",
            "2026-03-30",
            Some("On Sunday the clock goes back by 30 minutes in Australia/Lord_Howe."),
        );
        check("Europe/Berlin", "2026-03-30", None);
        check("UTC", "2026-03-23", None);
    }

    #[test]
    fn what_comes_is_told_roughly() {
        let check = |minutes: i64, want: &str| assert_eq!(in_words(minutes * MINUTE_MS), want);
        check(20, "in 20 min");
        check(180, "in 3 h");
        check(4 * 1440 + 5, "in 4 days");
    }
}
