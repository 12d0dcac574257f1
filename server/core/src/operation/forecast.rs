//! When an operation will be through: worked out minute by minute from windows, contact, waves and limits.
//!
//! The forecast is what happens when everything succeeds and people press "continue" at once. It is pure arithmetic on
//! whole devices, so that the hub and the browser say the same.

use serde::{Deserialize, Serialize};

use super::Limits;
use crate::gate::Span;
use crate::time::Timestamp;

/// How far ahead it looks, in days.
pub const HORIZON_DAYS: i64 = 400;

/// Most groups it takes.
pub const MAX_GROUPS: usize = 128;

/// Most points of its curve.
pub const MAX_CURVE: usize = 200;

/// Devices that the hub itself begins per minute at most: 10,000 per second.
const HUB_PER_MINUTE: u64 = 600_000;

const MINUTE_MS: i64 = 60_000;

/// What a forecast is made from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outlook {
    /// When the operation starts.
    pub starts: Timestamp,
    /// When what is left is given up.
    pub expires: Option<Timestamp>,
    /// The targets, at most [`MAX_GROUPS`] groups; more are left out.
    pub groups: Vec<Group>,
    /// The waves in order; each takes the same share of every group. None for all at once.
    pub waves: Vec<Stage>,
    /// How fast it goes.
    pub limits: Limits,
    /// How long one device takes, in seconds.
    pub takes_s: u32,
}

/// Targets that wait for the same.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// How many.
    pub devices: u32,
    /// How many of them can be begun as soon as their window is open: they are connected, or need not be.
    pub ready: u32,
    /// How often the others come, in seconds; `None` when they are not expected at all.
    pub every_s: Option<u32>,
    /// When they may be touched, in order; `None` for always. After the last one they never may.
    pub openings: Option<Vec<Span>>,
}

/// A wave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stage {
    /// How many devices.
    pub devices: u32,
    /// The share that must be done before the next one opens, in percent.
    pub success_percent: u8,
    /// How long it is watched after that, in seconds.
    pub soak_s: u32,
}

/// What is expected.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Forecast {
    /// When all are through; `None` when some never are.
    pub finish: Option<Timestamp>,
    /// How many are through in the end.
    pub done: u32,
    /// How many never are, because their window does not open in time, they do not come, or it expires.
    pub left: u32,
    /// When each wave opens; `None` when it never does.
    pub waves: Vec<Option<Timestamp>>,
    /// How many are through by when, growing; at most [`MAX_CURVE`] points. Between two points it grows evenly.
    pub curve: Vec<(Timestamp, u32)>,
}

/// The part of a group that is in one wave.
struct Part<'a> {
    wave: usize,
    /// Not begun and not here.
    away: u64,
    /// Those that were away at first.
    came_from: u64,
    /// Here, not begun.
    here: u64,
    every_s: Option<u32>,
    /// Seconds in which it was open so far.
    open_s: u64,
    openings: Option<&'a [Span]>,
}

impl Outlook {
    /// Works the forecast out.
    pub fn forecast(&self) -> Forecast {
        let stages = self.stages();
        let mut parts = self.parts(&stages);
        let total: u64 = parts.iter().map(Part::left).sum();
        let end = self.end();
        let mut opens: Vec<Option<Timestamp>> = vec![None; stages.len()];
        opens[0] = Some(self.starts);
        let mut done_of = vec![0; stages.len()];
        let (mut now, mut done, mut credit) = (self.starts, 0_u64, 0_u64);
        let mut curve = Curve::from(self.starts);
        while done < total && now < end {
            // Later waves have no part in it yet.
            let opened = opens.iter().filter(|at| at.is_some()).count();
            let known = parts.partition_point(|part| part.wave < opened);
            let known = &mut parts[..known];
            let is_open = |part: &Part<'_>| opens[part.wave].is_some_and(|at| at <= now);
            let next = known.iter_mut().filter_map(|part| {
                let from = opens[part.wave]?.max(now);
                part.touched_at(from)
            });
            let Some(next) = next.min() else {
                break;
            };
            if next > now {
                // Nothing happens until then; part of a minute is waited for whole.
                let minutes = (next.since(now) + MINUTE_MS - 1) / MINUTE_MS;
                now = now.plus_ms(minutes * MINUTE_MS);
                credit = 0;
                curve.reaches(now, done);
                continue;
            }
            let mut pool: Vec<&mut Part<'_>> = known
                .iter_mut()
                .filter(|part| part.left() > 0 && is_open(part) && part.may_be_touched(now))
                .collect();
            for part in &mut pool {
                part.passes_a_minute();
            }
            credit += self.per_hour();
            let begun = share_out(&mut pool, credit / 60, &mut done_of);
            credit = if begun < credit / 60 { 0 } else { credit % 60 };
            done += begun;
            now = now.plus_ms(MINUTE_MS);
            curve.reaches(now, done);
            if let Some(before) = stages[..stages.len() - 1].get(opened - 1)
                && done_of[opened - 1] >= before.enough()
            {
                opens[opened] = Some(now.plus_ms(i64::from(before.soak_s) * 1000));
                parts.retain(|part| part.left() > 0);
            }
        }
        let finish = now.plus_ms(i64::from(self.takes_s) * 1000);
        Forecast {
            finish: (done == total).then_some(finish),
            done: count(done),
            left: count(total - done),
            waves: opens,
            curve: curve.points(),
        }
    }

    /// How many devices never may be touched: none of their windows opens before the end of the operation, or of what
    /// is looked at.
    pub fn shut_out(&self) -> u32 {
        let end = self.end();
        let opens = |group: &Group| {
            let openings = group.openings.as_ref();
            openings.is_none_or(|spans| {
                let mut spans = spans.iter();
                spans.any(|span| span.from < end && span.until > self.starts)
            })
        };
        let shut = self.groups.iter().filter(|group| !opens(group));
        shut.fold(0, |sum, group| sum.saturating_add(group.devices))
    }

    /// Until when it looks.
    fn end(&self) -> Timestamp {
        let horizon = self.starts.plus_ms(HORIZON_DAYS * 24 * 60 * MINUTE_MS);
        self.expires.map_or(horizon, |expires| expires.min(horizon))
    }

    /// The waves; one of all where none are given.
    fn stages(&self) -> Vec<Stage> {
        if !self.waves.is_empty() {
            return self.waves.clone();
        }
        vec![Stage {
            devices: u32::MAX,
            success_percent: 100,
            soak_s: 0,
        }]
    }

    /// Each group in as many parts as there are waves; each wave takes of every group as much as its share of what is
    /// left.
    fn parts(&self, stages: &[Stage]) -> Vec<Part<'_>> {
        let groups = &self.groups[..self.groups.len().min(MAX_GROUPS)];
        let mut left: Vec<(u64, u64)> = groups
            .iter()
            .map(|group| (group.devices.into(), group.ready.min(group.devices).into()))
            .collect();
        let mut parts = Vec::new();
        for (wave, stage) in stages.iter().enumerate() {
            let all: u64 = left.iter().map(|(devices, _)| devices).sum();
            let takes = if wave + 1 == stages.len() {
                all
            } else {
                all.min(stage.devices.into())
            };
            let (mut passed, mut taken) = (0, 0);
            for (group, (devices, ready)) in groups.iter().zip(&mut left) {
                passed += *devices;
                let upto = (takes * passed).div_ceil(all.max(1));
                let part = upto - taken;
                let here = (*ready * part).div_ceil((*devices).max(1)).min(part);
                taken = upto;
                *devices -= part;
                *ready -= here;
                parts.push(Part {
                    wave,
                    away: part - here,
                    came_from: part - here,
                    here,
                    every_s: group.every_s,
                    open_s: 0,
                    openings: group.openings.as_deref(),
                });
            }
        }
        parts
    }

    /// Devices begun per hour at most.
    fn per_hour(&self) -> u64 {
        let mut per_hour = HUB_PER_MINUTE * 60;
        if let Some(per_minute) = self.limits.per_minute {
            per_hour = per_hour.min(u64::from(per_minute) * 60);
        }
        if let Some(in_flight) = self.limits.in_flight {
            per_hour = per_hour.min(u64::from(in_flight) * 3600 / u64::from(self.takes_s.max(1)));
        }
        per_hour
    }
}

impl Stage {
    /// How many must be done before the next wave opens.
    fn enough(&self) -> u64 {
        (u64::from(self.devices) * u64::from(self.success_percent)).div_ceil(100)
    }
}

impl Part<'_> {
    fn left(&self) -> u64 {
        self.away + self.here
    }

    fn may_be_touched(&self, now: Timestamp) -> bool {
        self.openings
            .is_none_or(|openings| openings.first().is_some_and(|span| span.from <= now))
    }

    /// The first moment from `at` on at which something may happen to it.
    fn touched_at(&mut self, at: Timestamp) -> Option<Timestamp> {
        if self.left() == 0 || (self.here == 0 && self.every_s.is_none()) {
            return None;
        }
        let Some(openings) = &mut self.openings else {
            return Some(at);
        };
        while openings.first().is_some_and(|span| span.until <= at) {
            *openings = &openings[1..];
        }
        Some(openings.first()?.from.max(at))
    }

    /// Lets those come that come within a minute.
    fn passes_a_minute(&mut self) {
        let Some(every_s) = self.every_s else {
            return;
        };
        self.open_s += 60;
        let came = (self.came_from * self.open_s / u64::from(every_s.max(1))).min(self.came_from);
        let came_now = came.saturating_sub(self.came_from - self.away);
        self.away -= came_now;
        self.here += came_now;
    }
}

/// Begins up to so many devices, from each part as many as its share of those that are here.
fn share_out(pool: &mut [&mut Part<'_>], most: u64, done_of: &mut [u64]) -> u64 {
    let here: u64 = pool.iter().map(|part| part.here).sum();
    let begin = most.min(here);
    let (mut passed, mut begun) = (0, 0);
    for part in pool {
        passed += part.here;
        let upto = begin * passed / here.max(1);
        part.here -= upto - begun;
        done_of[part.wave] += upto - begun;
        begun = upto;
    }
    begun
}

fn count(devices: u64) -> u32 {
    u32::try_from(devices).unwrap_or(u32::MAX)
}

/// A growing line of few points.
struct Curve(Vec<(Timestamp, u64)>);

impl Curve {
    fn from(start: Timestamp) -> Self {
        Self(vec![(start, 0)])
    }

    /// Adds a point; one in the middle of a straight line goes.
    fn reaches(&mut self, at: Timestamp, done: u64) {
        if let [.., a, b] = self.0.as_slice() {
            let run = |from: Timestamp, to: Timestamp| i128::from(to.since(from));
            let straight =
                i128::from(b.1 - a.1) * run(b.0, at) == i128::from(done - b.1) * run(a.0, b.0);
            if straight {
                self.0.pop();
            }
        }
        self.0.push((at, done));
    }

    /// Its points, thinned evenly where there are too many; the last one stays.
    fn points(self) -> Vec<(Timestamp, u32)> {
        let each = self.0.len().div_ceil(MAX_CURVE - 1).max(1);
        let last = self.0.len() - 1;
        let kept = self.0.into_iter().enumerate();
        let kept = kept.filter(|(index, _)| index % each == 0 || *index == last);
        kept.map(|(_, (at, done))| (at, count(done))).collect()
    }
}

#[cfg(test)]
mod tests;
