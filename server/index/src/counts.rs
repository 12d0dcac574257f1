//! Counting: how many, of which kind, with which values.

use std::cmp::Ordering;
use std::collections::HashMap;

use muster_core::time::{NEVER, Timestamp};
use muster_query::datum::number_of_key;

use crate::cell::Cell;
use crate::dictionary::{Code, Kind, Values, text_key};
use crate::entry::{Census, Scalar, TagPath};
use crate::fact::Fact;
use crate::filter::Source;
use crate::scan::Scan;

/// Most groups that are told.
pub const MAX_GROUPS: usize = 1000;

/// Most paths below tags that are told; the ones with the most devices.
pub const MAX_TAG_PATHS: usize = 1000;

pub(crate) fn count(scan: &Scan) -> usize {
    let mut total = 0;
    scan.each(|_, _, bits| total += bits.count());
    total
}

pub(crate) fn census(scan: &Scan) -> Census {
    let mut census = Census::default();
    scan.each(|_, chunk, bits| {
        for row in bits.iter() {
            let facts = &chunk.facts()[row];
            census.listed += 1;
            census.stage[facts.stage as usize] += 1;
            let Some(contact) = facts.contact(scan.now) else {
                continue;
            };
            census.contact[contact as usize] += 1;
            census.in_service += 1;
            census.connected += usize::from(facts.connected);
            census.disabled += usize::from(facts.status == muster_core::device::Status::Disabled);
            census.drift += usize::from(facts.drift);
        }
    });
    census
}

/// Most devices first; equal ones in the order of their values, those without a value last.
pub(crate) fn group(scan: &Scan, source: Source, limit: usize) -> Vec<(Option<Scalar>, usize)> {
    let limit = limit.min(MAX_GROUPS);
    match source {
        Source::Id => group_ids(scan, limit),
        Source::Fact(fact) => group_facts(scan, fact, limit),
        Source::Model => {
            let mut tally = Tally::new(scan.snapshot.values());
            scan.each(|_, chunk, bits| {
                let models = bits.iter().map(|row| chunk.facts()[row].model);
                models.for_each(|model| tally.add(Cell::Code(model)));
            });
            tally.most(limit)
        }
        Source::Tag(_) | Source::Used(_) => {
            let mut tally = Tally::new(scan.snapshot.values());
            let mut walk = scan.start();
            for chunk in scan.snapshot.chunks() {
                let bits = walk.bits(chunk);
                let before = tally.with;
                if let Some(column) = source.column(chunk) {
                    let rows = column.iter().filter(|(row, _)| bits.has(*row));
                    rows.for_each(|(_, cell)| tally.add(cell));
                }
                tally.without += bits.count() - (tally.with - before);
            }
            tally.most(limit)
        }
        Source::Activity => group_times(scan, limit),
        Source::Nowhere | Source::Tree => match count(scan) {
            0 => Vec::new(),
            all => keep_first(vec![(None, all)], limit),
        },
    }
}

/// Every id is a group of its own.
fn group_ids(scan: &Scan, limit: usize) -> Vec<(Option<Scalar>, usize)> {
    let mut groups = Vec::new();
    let mut walk = scan.start();
    for chunk in scan.snapshot.chunks() {
        let ids = walk.bits(chunk);
        let ids = ids.iter().map(|row| chunk.ids().get(row));
        let left = limit - groups.len();
        groups.extend(
            ids.take(left)
                .map(|id| (Some(Scalar::String(id.to_owned())), 1)),
        );
        if groups.len() == limit {
            break;
        }
    }
    groups
}

fn group_times(scan: &Scan, limit: usize) -> Vec<(Option<Scalar>, usize)> {
    let mut counts: HashMap<Option<Timestamp>, usize> = HashMap::new();
    scan.each(|_, chunk, bits| {
        for row in bits.iter() {
            *counts
                .entry(chunk.facts()[row].last_activity())
                .or_default() += 1;
        }
    });
    let groups = counts.into_iter().map(|(at, count)| {
        let text = at.map_or_else(|| NEVER.to_owned(), |at| at.to_string());
        (Some(Scalar::String(text)), count)
    });
    keep_first(groups.collect(), limit)
}

fn group_facts(scan: &Scan, fact: Fact, limit: usize) -> Vec<(Option<Scalar>, usize)> {
    let values: Vec<_> = fact.values().map(Scalar::of).chain([None]).collect();
    let mut counts = vec![0; values.len()];
    scan.each(|_, chunk, bits| {
        for row in bits.iter() {
            let index = fact.index(&chunk.facts()[row], scan.now);
            counts[index.unwrap_or(values.len() - 1)] += 1;
        }
    });
    let groups = values.into_iter().zip(counts);
    keep_first(groups.filter(|(_, count)| *count > 0).collect(), limit)
}

/// The first `limit` groups in order.
fn keep_first(
    mut groups: Vec<(Option<Scalar>, usize)>,
    limit: usize,
) -> Vec<(Option<Scalar>, usize)> {
    groups.sort_by(|(a, more), (b, less)| {
        let by_value = || a.partial_cmp(b).unwrap_or(Ordering::Equal);
        less.cmp(more)
            .then_with(|| a.is_none().cmp(&b.is_none()))
            .then_with(by_value)
    });
    groups.truncate(limit);
    groups
}

/// Counts values: one counter per value of the dictionary, and those that lie in place beside them.
struct Tally<'a> {
    values: &'a Values,
    counts: Vec<u32>,
    codes: Vec<Code>,
    numbers: HashMap<u64, usize>,
    texts: HashMap<&'a str, usize>,
    with: usize,
    without: usize,
}

/// A value in the order of groups: kind, key, text.
type Ranked<'a> = (Kind, u64, &'a str);

impl<'a> Tally<'a> {
    fn new(values: &'a Values) -> Self {
        Self {
            values,
            counts: vec![0; values.len()],
            codes: Vec::new(),
            numbers: HashMap::new(),
            texts: HashMap::new(),
            with: 0,
            without: 0,
        }
    }

    fn add(&mut self, cell: Cell<'a>) {
        self.with += 1;
        match cell {
            Cell::Number(key) => *self.numbers.entry(key).or_default() += 1,
            Cell::Text(text) => *self.texts.entry(text).or_default() += 1,
            Cell::Code(code) if code.kind() == Some(Kind::Composite) => self.with -= 1,
            Cell::Code(code) => {
                let count = &mut self.counts[code.index()];
                if *count == 0 {
                    self.codes.push(code);
                }
                *count += 1;
            }
        }
    }

    fn most(self, limit: usize) -> Vec<(Option<Scalar>, usize)> {
        let Self {
            values,
            counts,
            codes,
            mut numbers,
            mut texts,
            without,
            ..
        } = self;
        let mut groups: Vec<(Ranked<'a>, usize)> = Vec::new();
        for code in codes {
            let count = counts[code.index()] as usize;
            let (cell, key) = (Cell::Code(code), values.key(code));
            match code.kind() {
                // Numbers that are written apart count together.
                Some(Kind::Number) => *numbers.entry(key).or_default() += count,
                Some(kind) => {
                    let text = cell.text(values);
                    let in_place = match kind {
                        Kind::Text => texts.remove(text).unwrap_or_default(),
                        _ => 0,
                    };
                    groups.push(((kind, key, text), count + in_place));
                }
                None => {}
            }
        }
        let numbers = numbers.into_iter();
        groups.extend(numbers.map(|(key, count)| ((Kind::Number, key, ""), count)));
        let texts = texts.into_iter();
        groups.extend(texts.map(|(text, count)| ((Kind::Text, text_key(text), text), count)));
        first(&mut groups, limit, |a, b| {
            b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0))
        });
        let scalar = |(kind, key, text): Ranked<'_>| match kind {
            Kind::Bool => Scalar::Bool(key == 1),
            Kind::Number => Scalar::Number(number_of_key(key)),
            _ => Scalar::String(text.to_owned()),
        };
        let groups = groups
            .into_iter()
            .map(|(ranked, count)| (Some(scalar(ranked)), count));
        let without = (without > 0).then_some((None, without));
        keep_first(groups.chain(without).collect(), limit)
    }
}

/// The first `limit` in order, without sorting the others.
fn first<T>(list: &mut Vec<T>, limit: usize, order: impl Fn(&T, &T) -> Ordering) {
    if list.len() > limit {
        list.select_nth_unstable_by(limit, &order);
        list.truncate(limit);
    }
    list.sort_unstable_by(order);
}

/// The paths below tags with their numbers of devices, by name.
pub(crate) fn tag_paths(scan: &Scan) -> Vec<TagPath> {
    let mut counts: HashMap<Code, usize> = HashMap::new();
    scan.each(|_, chunk, bits| {
        for (path, column) in chunk.tags() {
            let devices = if scan.is_all() {
                column.used()
            } else {
                column.iter().filter(|(row, _)| bits.has(*row)).count()
            };
            if devices > 0 {
                *counts.entry(path).or_default() += devices;
            }
        }
    });
    let path = |(code, devices): (Code, usize)| TagPath {
        path: scan.snapshot.values().text(code).to_owned(),
        devices,
    };
    let mut paths: Vec<TagPath> = counts.into_iter().map(path).collect();
    first(&mut paths, MAX_TAG_PATHS, |a, b| {
        b.devices.cmp(&a.devices).then_with(|| a.path.cmp(&b.path))
    });
    paths.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    paths
}
