//! When an operation would be through: its targets grouped by what they wait for, from the index, and the forecast of
//! those groups.
//!
//! Conditions and places of gates are taken as met: nobody knows when a battery will be charged.

use std::collections::BTreeMap;

use muster_core::contact::{Contact, DEFAULT_SCHEDULE};
use muster_core::gate::{Gate, SheetKind, Slug, Span, Zone};
use muster_core::operation::{Group, HORIZON_DAYS, MAX_GROUPS, Offline, Outlook, Plan, Stage};
use muster_core::time::Timestamp;
use muster_index::Scalar;
use muster_query::{Condition, Literal, Op, Path, Term};

use super::author::Selection;
use super::preview::number;
use super::tasks;
use crate::gates::Shelf;
use crate::hub::Hub;

/// Zones that are told apart: those of most devices. Two groups each.
const MAX_ZONES: usize = MAX_GROUPS / 2;

/// Openings of a window that are looked at: more than one for each day of the horizon.
const MAX_SPANS: usize = 1_000;

/// How long a device takes when it is reached over its connection, in seconds.
const TAKES_S: u32 = 5;

const DAY_MS: i64 = 86_400_000;

impl Hub {
    /// What a forecast of an operation for so many targets is made from; `sizes` are those of its waves.
    pub(super) fn outlook(
        &self,
        plan: &Plan,
        selection: &Selection,
        targets: u32,
        sizes: &[u32],
    ) -> Outlook {
        let connection = tasks::needs_connection(&plan.task) && plan.how.offline == Offline::Wait
            || plan.how.gates.contains(&Gate::Online);
        let now = self.now();
        let starts = plan.how.starts_at.map_or(now, |at| at.max(now));
        let shelf = self.books().shelf();
        let zone = Path::Tag("location.timezone".to_owned());
        let mut all = self.grouped(selection, &Condition::all(), &zone, MAX_ZONES - 1);
        // Those of further zones are taken to be in that of the fleet.
        let told: u32 = all.values().sum();
        *all.entry(None).or_insert(0) += targets.saturating_sub(told);
        let (mut ready, mut coming) = (all.clone(), BTreeMap::new());
        if connection {
            let connected = is(Path::ConnectionState, "Connected");
            ready = self.grouped(selection, &connected, &zone, MAX_ZONES - 1);
            let silent = [Contact::Silent, Contact::NeverSeen].map(|contact| Term {
                path: Path::Contact,
                op: Op::NotEq,
                value: Literal::String(contact.as_str().to_owned()),
            });
            let expected = Condition::from_terms(silent);
            coming = self.grouped(selection, &expected, &zone, MAX_ZONES - 1);
        }
        let every_s = self.usual_interval(selection);
        let mut groups = Vec::new();
        for (name, devices) in &all {
            let known = name.as_deref().and_then(Zone::find);
            let openings = openings(
                &shelf,
                plan,
                &known.unwrap_or_else(|| shelf.default_zone().clone()),
                starts,
            );
            let of = |counts: &BTreeMap<Option<String>, u32>| {
                counts.get(name).copied().unwrap_or(0).min(*devices)
            };
            let here = of(&ready);
            let expected = if connection {
                of(&coming).max(here)
            } else {
                *devices
            };
            groups.push(Group {
                devices: expected,
                ready: here,
                every_s: Some(every_s),
                openings: openings.clone(),
            });
            groups.push(Group {
                devices: devices - expected,
                ready: 0,
                every_s: None,
                openings,
            });
        }
        groups.retain(|group| group.devices > 0);
        let stages = plan
            .how
            .waves
            .iter()
            .zip(sizes)
            .map(|(wave, devices)| Stage {
                devices: *devices,
                success_percent: wave.success_percent,
                soak_s: wave.soak_s,
            });
        Outlook {
            starts,
            expires: plan.how.expires_at,
            groups,
            waves: stages.collect(),
            limits: plan.how.limits,
            takes_s: if connection { TAKES_S } else { 0 },
        }
    }

    /// The devices of a selection that also meet a condition, by the texts at a path.
    fn grouped(
        &self,
        selection: &Selection,
        also: &Condition,
        path: &Path,
        limit: usize,
    ) -> BTreeMap<Option<String>, u32> {
        let both = selection.condition().clone().and(also.clone());
        let (now, scope) = (self.now(), selection.scope());
        let found = self.index().group(&both, path, scope, now, limit);
        let mut groups = BTreeMap::new();
        for (value, devices) in found {
            let name = match value {
                Some(Scalar::String(name)) => Some(name),
                _ => None,
            };
            *groups.entry(name).or_insert(0) += number(devices);
        }
        if let Some(named) = selection.named() {
            // Few, each looked at by itself.
            for (name, devices) in &mut groups {
                let here = match name {
                    Some(name) => both.clone().and(is(path.clone(), name)),
                    None => both.clone(),
                };
                let meets = |id: &&muster_core::ids::DeviceId| {
                    self.index().in_scope(id, scope, now) && self.index().matches(id, &here, now)
                };
                *devices = number(named.iter().filter(meets).count());
            }
            let told: u32 = groups
                .iter()
                .filter(|(name, _)| name.is_some())
                .map(|(_, n)| n)
                .sum();
            if let Some(rest) = groups.get_mut(&None) {
                *rest = rest.saturating_sub(told);
            }
        }
        groups
    }

    /// How often most of the devices come, in seconds.
    fn usual_interval(&self, selection: &Selection) -> u32 {
        let path = Path::Tag("contact.everyS".to_owned());
        let (condition, scope) = (selection.condition(), selection.scope());
        let groups = self.index().group(condition, &path, scope, self.now(), 2);
        let most = groups.into_iter().find_map(|(value, _)| match value {
            Some(Scalar::Number(every)) if every >= 1.0 => Some(every as u32),
            _ => None,
        });
        most.unwrap_or(DEFAULT_SCHEDULE.every_s)
    }
}

fn is(path: Path, value: &str) -> Condition {
    Condition::from_terms([Term {
        path,
        op: Op::Eq,
        value: Literal::String(value.to_owned()),
    }])
}

/// When all windows of the gates are open and all service hours are over, for devices of a zone; `None` for always.
fn openings(shelf: &Shelf, plan: &Plan, zone: &Zone, starts: Timestamp) -> Option<Vec<Span>> {
    let mut common: Option<Vec<Span>> = None;
    for gate in &plan.how.gates {
        let Some((kind, id)) = gate.needs() else {
            continue;
        };
        let hours = Slug::new(id)
            .ok()
            .and_then(|id| shelf.hours(kind, &id, zone));
        let Some(hours) = hours else {
            continue;
        };
        let mut spans: Vec<Span> = hours.openings(starts).take(MAX_SPANS).collect();
        if kind == SheetKind::Calendar {
            spans = between(&spans, starts);
        }
        common = Some(match common {
            None => spans,
            Some(before) => both(&before, &spans),
        });
    }
    common
}

/// What lies between spans, up to the horizon.
fn between(spans: &[Span], starts: Timestamp) -> Vec<Span> {
    let mut from = starts;
    let end = starts.plus_ms(HORIZON_DAYS * DAY_MS);
    let mut left = Vec::new();
    for span in spans {
        if from < span.from {
            left.push(Span {
                from,
                until: span.from,
            });
        }
        from = from.max(span.until);
    }
    if from < end {
        left.push(Span { from, until: end });
    }
    left
}

/// What lies in both of two lists of spans.
fn both(a: &[Span], b: &[Span]) -> Vec<Span> {
    let (mut i, mut j, mut common) = (0, 0, Vec::new());
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        let (from, until) = (x.from.max(y.from), x.until.min(y.until));
        if from < until {
            common.push(Span { from, until });
        }
        if x.until < y.until {
            i += 1;
        } else {
            j += 1;
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(list: &[(i64, i64)]) -> Vec<Span> {
        let span = |&(from, until): &(i64, i64)| Span {
            from: Timestamp::from_secs(from),
            until: Timestamp::from_secs(until),
        };
        list.iter().map(span).collect()
    }

    #[test]
    fn spans_are_joined() {
        let check = |a: &[(i64, i64)], b: &[(i64, i64)], want: &[(i64, i64)]| {
            assert_eq!(both(&spans(a), &spans(b)), spans(want));
            assert_eq!(both(&spans(b), &spans(a)), spans(want));
        };
        check(&[(0, 10), (20, 30)], &[(5, 25)], &[(5, 10), (20, 25)]);
        check(&[(0, 10)], &[(10, 20)], &[]);
        check(&[], &[(10, 20)], &[]);
    }

    #[test]
    fn what_is_between_lasts_to_the_horizon() {
        let end = HORIZON_DAYS * DAY_MS / 1000 + 5;
        let check = |list: &[(i64, i64)], want: &[(i64, i64)]| {
            assert_eq!(between(&spans(list), Timestamp::from_secs(5)), spans(want));
        };
        check(&[], &[(5, end)]);
        check(&[(0, 10), (20, 30)], &[(10, 20), (30, end)]);
        check(&[(7, 9)], &[(5, 7), (9, end)]);
    }
}
