//! When windows and calendars are open, moment by moment.

use super::{Calendar, Date, DateRange, Rule, Span, Window, Zone, ZoneRule};
use crate::time::Timestamp;

/// How far ahead openings are looked for, in days. What does not open within never opens.
pub const LOOK_AHEAD_DAYS: i32 = 400;

/// What is at a moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// It is open.
    Open {
        /// Until when; `None` beyond [`LOOK_AHEAD_DAYS`].
        until: Option<Timestamp>,
    },
    /// It is closed.
    Closed {
        /// Until when; `None` beyond [`LOOK_AHEAD_DAYS`].
        opens: Option<Timestamp>,
    },
}

/// Opening hours in a zone.
#[derive(Clone, Debug)]
pub struct Hours<'a> {
    rules: &'a [Rule],
    /// Whole days on which they do not apply.
    closed: &'a [DateRange],
    zone: Zone,
    /// They do not apply during these either.
    unless: Option<Box<Hours<'a>>>,
}

impl Window {
    /// When it is open in a zone. `calendar` is the one that it names.
    pub fn hours<'a>(&'a self, calendar: Option<&'a Calendar>, zone: &Zone) -> Hours<'a> {
        Hours {
            rules: &self.rules,
            closed: &self.blackouts,
            zone: zone.clone(),
            unless: calendar.map(|calendar| Box::new(calendar.hours(zone))),
        }
    }
}

impl Calendar {
    /// When its service hours are, for a device in a zone.
    pub fn hours(&self, device: &Zone) -> Hours<'_> {
        let fixed = match &self.zone {
            ZoneRule::Device => None,
            ZoneRule::Fixed { name } => Zone::find(name),
        };
        Hours {
            rules: &self.hours,
            closed: &self.holidays,
            zone: fixed.unwrap_or_else(|| device.clone()),
            unless: None,
        }
    }
}

impl<'a> Hours<'a> {
    /// What is at a moment, and until when.
    pub fn state(&self, now: Timestamp) -> State {
        let mut openings = self.openings(now);
        match openings.next() {
            None => State::Closed { opens: None },
            Some(span) if span.from > now => State::Closed {
                opens: Some(span.from),
            },
            Some(span) => {
                let known = self.zone.first_reads(openings.last, 0);
                State::Open {
                    until: (span.until < known).then_some(span.until),
                }
            }
        }
    }

    /// Whether they apply at all from now on.
    pub fn ever_opens(&self, now: Timestamp) -> bool {
        self.openings(now).next().is_some()
    }

    /// The openings that end after `from`, in order, none touching the next, up to [`LOOK_AHEAD_DAYS`] ahead. The first
    /// may have begun earlier.
    pub fn openings(&self, from: Timestamp) -> Openings<'a> {
        let (today, _) = self.zone.reads(from);
        self.between(from, today.plus(LOOK_AHEAD_DAYS))
    }

    fn between(&self, from: Timestamp, last: Date) -> Openings<'a> {
        // Openings last a day at most, and the clock may go back over midnight.
        let (today, _) = self.zone.reads(from);
        Openings {
            hours: self.clone(),
            from,
            next: today.plus(-2),
            last,
            found: Vec::new(),
        }
    }

    /// Adds the openings that begin on that day.
    fn add(&self, day: Date, found: &mut Vec<Span>) {
        for rule in self.rules.iter().filter(|rule| rule.when.begins_on(day)) {
            let end = rule.start.minutes() + rule.minutes;
            let end_day = day.plus(i32::from(end / 1440));
            let span = Span {
                from: self.zone.first_reads(day, rule.start.minutes()),
                until: self.zone.first_reads(end_day, end % 1440),
            };
            let mut left = vec![span];
            for closed in [day, day.plus(1)] {
                if self.closed.iter().any(|range| range.contains(closed)) {
                    cut(&mut left, self.whole(closed));
                }
            }
            if let Some(unless) = &self.unless {
                let (last, _) = unless.zone.reads(span.until);
                for service in unless.between(span.from, last) {
                    cut(&mut left, service);
                }
            }
            found.extend(left.into_iter().filter(|span| span.from < span.until));
        }
        found.sort_unstable_by_key(|span| span.from);
        found.dedup_by(|later, earlier| {
            let touches = later.from <= earlier.until;
            if touches {
                earlier.until = earlier.until.max(later.until);
            }
            touches
        });
    }

    fn whole(&self, day: Date) -> Span {
        Span {
            from: self.zone.first_reads(day, 0),
            until: self.zone.first_reads(day.plus(1), 0),
        }
    }
}

/// Takes a span out of others.
fn cut(spans: &mut Vec<Span>, out: Span) {
    let cut = spans.iter().flat_map(|span| {
        let before = Span {
            from: span.from,
            until: span.until.min(out.from),
        };
        let after = Span {
            from: span.from.max(out.until),
            until: span.until,
        };
        [before, after]
    });
    *spans = cut.filter(|span| span.from < span.until).collect();
}

/// Openings, one after the other.
#[derive(Clone, Debug)]
pub struct Openings<'a> {
    hours: Hours<'a>,
    /// What ended by then is left out.
    from: Timestamp,
    /// The next day to look at.
    next: Date,
    /// The last day to look at.
    last: Date,
    /// Found and not told, in order.
    found: Vec<Span>,
}

impl Iterator for Openings<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        loop {
            let more = self.next <= self.last;
            if let Some(first) = self.found.first().copied() {
                // What begins on a later day begins after this, and may still touch it.
                if !more || first.until < self.hours.zone.first_reads(self.next, 0) {
                    self.found.remove(0);
                    if first.until > self.from {
                        return Some(first);
                    }
                    continue;
                }
            }
            if !more {
                return None;
            }
            self.hours.add(self.next, &mut self.found);
            self.next = self.next.plus(1);
        }
    }
}

#[cfg(test)]
mod tests;
