//! The order of a list: picking the rows next to an edge without sorting the rest.

use std::cmp::Ordering;

use muster_core::cursor::Direction;
use muster_core::ids::DeviceId;
use serde::{Deserialize, Serialize};

use crate::cell::Cell;
use crate::chunk::Chunk;
use crate::column::Column;
use crate::dictionary::{Kind, Values, number_key};
use crate::filter::Source;
use crate::scan::Scan;
use crate::snapshot::{Place, Snapshot};

/// How much of a text counts in an order, in bytes: bounds cursors and comparisons. Texts that are the same so far
/// are in the order of their ids.
const COMPARED: usize = 256;

/// What rows are sorted by.
#[derive(Clone, Copy, Debug)]
pub(crate) enum By {
    Id,
    Source(Source),
}

/// The sort value of a row: a number of its kind, and for texts the text.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Value<'a> {
    head: Head,
    text: &'a str,
}

/// As much of a sort value as fits into numbers; `None` comes last in both directions.
type Head = Option<(Kind, u64)>;

/// The edge of a page, in the form of a cursor: kind (empty for none), number, text, id.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Edge(Option<(u8, u64, String)>, String);

/// A row on its way into a page.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Candidate<'a> {
    value: Value<'a>,
    /// The mark of its place; an edge whose device has gone stands between two places.
    mark: u64,
}

/// Which rows, in which order, seen from where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order {
    pub(crate) by: By,
    pub(crate) descending: bool,
    pub(crate) direction: Direction,
}

impl Order {
    /// The `take` rows nearest to the edge, or to the end where the list begins in this direction; nearest first.
    pub(crate) fn pick(&self, scan: &Scan, edge: Option<&Edge>, take: usize) -> Vec<Place> {
        match self.by {
            By::Id => self.pick_by_id(scan, edge, take),
            By::Source(_) => self.pick_by_value(scan, edge, take),
        }
    }

    /// Rows lie in the order of ids: goes from the edge until there are enough.
    fn pick_by_id(&self, scan: &Scan, edge: Option<&Edge>, take: usize) -> Vec<Place> {
        let chunks = scan.snapshot.chunks();
        let up = self.descending == (self.direction == Direction::Backward);
        let beyond = edge.map(|edge| edge_mark(&edge.1, &scan.snapshot));
        let mut picked = Vec::new();
        let mut walk = scan.start();
        let mut visit = |number: usize| {
            // An edge between two chunks counts to the one before it.
            let bits = walk.bits(&chunks[number]);
            let wanted = |row: &usize| {
                let here = Place::new(number, *row).mark();
                beyond.is_none_or(|edge| if up { here > edge } else { here < edge })
            };
            let place = |row| Place::new(number, row);
            let left = take - picked.len();
            if up {
                picked.extend(bits.iter().filter(wanted).map(place).take(left));
            } else {
                picked.extend(bits.iter().rev().filter(wanted).map(place).take(left));
            }
            picked.len() < take
        };
        let start = edge.map(|edge| match scan.snapshot.place(&edge.1) {
            Ok(place) | Err(place) => place.chunk(),
        });
        if up {
            let _ = (start.unwrap_or(0)..chunks.len()).all(&mut visit);
        } else {
            let end = start.map_or(chunks.len(), |start| (start + 1).min(chunks.len()));
            let _ = (0..end).rev().all(&mut visit);
        }
        picked
    }

    fn pick_by_value(&self, scan: &Scan, edge: Option<&Edge>, take: usize) -> Vec<Place> {
        let values = scan.snapshot.values();
        let edge = edge.map(|edge| edge.candidate(&scan.snapshot));
        let mut best = Best {
            order: *self,
            take,
            list: Vec::with_capacity(2 * take),
            worst: None,
        };
        let mut walk = scan.start();
        for (number, chunk) in scan.snapshot.chunks().iter().enumerate() {
            let bits = walk.bits(chunk);
            if bits.is_empty() {
                continue;
            }
            let heads = Heads::new(self.by, chunk, scan);
            for row in bits.iter() {
                let (head, cell) = heads.get(row, values);
                if best.is_hopeless(head) {
                    continue;
                }
                let text = compared(cell.text(values));
                let candidate = Candidate {
                    value: Value { head, text },
                    mark: Place::new(number, row).mark(),
                };
                let beyond = |edge| self.compare(&candidate, edge) == Ordering::Greater;
                if edge.as_ref().is_none_or(beyond) {
                    best.offer(candidate);
                }
            }
        }
        best.finish()
    }

    /// The order in the direction of travel.
    fn compare(&self, a: &Candidate<'_>, b: &Candidate<'_>) -> Ordering {
        let by_text = match self.descending {
            true => b.value.text.cmp(a.value.text),
            false => a.value.text.cmp(b.value.text),
        };
        let order = self
            .by_head(a.value.head, b.value.head)
            .then(by_text)
            .then(a.mark.cmp(&b.mark));
        self.travelled(order)
    }

    fn by_head(&self, a: Head, b: Head) -> Ordering {
        match (a, b) {
            (Some(a), Some(b)) if self.descending => b.cmp(&a),
            (Some(a), Some(b)) => a.cmp(&b),
            (a, b) => a.is_none().cmp(&b.is_none()),
        }
    }

    fn travelled(&self, order: Ordering) -> Ordering {
        match self.direction {
            Direction::Forward => order,
            Direction::Backward => order.reverse(),
        }
    }
}

/// The first few of many, without sorting the others.
struct Best<'a> {
    order: Order,
    take: usize,
    list: Vec<Candidate<'a>>,
    /// Nothing behind this one gets in any more.
    worst: Option<Candidate<'a>>,
}

impl<'a> Best<'a> {
    /// Whether no row with this head can get in.
    fn is_hopeless(&self, head: Head) -> bool {
        self.worst.is_some_and(|worst| {
            let order = self.order.by_head(head, worst.value.head);
            self.order.travelled(order) == Ordering::Greater
        })
    }

    fn offer(&mut self, candidate: Candidate<'a>) {
        let order = self.order;
        let behind = |worst: &Candidate<'_>| order.compare(&candidate, worst) == Ordering::Greater;
        if self.take == 0 || self.worst.as_ref().is_some_and(behind) {
            return;
        }
        self.list.push(candidate);
        if self.list.len() == 2 * self.take {
            let (_, worst, _) = self
                .list
                .select_nth_unstable_by(self.take - 1, |a, b| order.compare(a, b));
            self.worst = Some(*worst);
            self.list.truncate(self.take);
        }
    }

    fn finish(mut self) -> Vec<Place> {
        let order = self.order;
        self.list.sort_unstable_by(|a, b| order.compare(a, b));
        self.list.truncate(self.take);
        let place = |candidate: &Candidate<'_>| Place::of_mark(candidate.mark);
        self.list.iter().map(place).collect()
    }
}

/// The sort values of a chunk.
enum Heads<'a> {
    Facts(By, &'a Chunk, &'a Scan),
    Column(&'a Column),
    Missing,
}

impl<'a> Heads<'a> {
    fn new(by: By, chunk: &'a Chunk, scan: &'a Scan) -> Self {
        match by {
            By::Source(source @ (Source::Tag(_) | Source::Used(_))) => match source.column(chunk) {
                Some(column) => Self::Column(column),
                None => Self::Missing,
            },
            by => Self::Facts(by, chunk, scan),
        }
    }

    fn get(&self, row: usize, values: &Values) -> (Head, Cell<'a>) {
        match self {
            Self::Missing => (None, Cell::NONE),
            Self::Column(column) => {
                let cell = column.get(row);
                (head_of(cell, values), cell)
            }
            Self::Facts(by, chunk, scan) => {
                let facts = &chunk.facts()[row];
                let number = match by {
                    By::Source(Source::Activity) => facts
                        .last_activity()
                        .map(|at| at.millis() as f64)
                        .map(number_key),
                    By::Source(Source::Fact(fact)) => {
                        fact.index(facts, scan.now).map(|index| index as u64)
                    }
                    By::Source(Source::Model) => {
                        let model = Cell::Code(facts.model);
                        return (head_of(model, values), model);
                    }
                    By::Source(_) | By::Id => None,
                };
                (number.map(|number| (Kind::Number, number)), Cell::NONE)
            }
        }
    }
}

fn head_of(cell: Cell<'_>, values: &Values) -> Head {
    match cell.kind() {
        None | Some(Kind::Composite) => None,
        Some(kind) => Some((kind, cell.key(values))),
    }
}

fn compared(text: &str) -> &str {
    &text[..text.floor_char_boundary(COMPARED)]
}

/// Where an id stands among the rows, also when its device has gone.
fn edge_mark(id: &str, snapshot: &Snapshot) -> u64 {
    match snapshot.place(id) {
        Ok(place) => place.mark(),
        Err(place) => place.mark() - 1,
    }
}

impl Edge {
    /// The edge of a list by id, at this one.
    pub(crate) fn of_id(id: &DeviceId) -> Self {
        Self(None, id.as_str().to_owned())
    }

    /// The same, where the id comes from outside.
    pub(crate) fn of_text(id: &str) -> Self {
        Self(None, id.to_owned())
    }

    /// The edge at a row.
    pub(crate) fn at(place: Place, by: By, scan: &Scan) -> Self {
        let chunk = &scan.snapshot.chunks()[place.chunk()];
        let values = scan.snapshot.values();
        let (head, cell) = Heads::new(by, chunk, scan).get(place.row(), values);
        let text = compared(cell.text(values));
        let value = head.map(|(kind, number)| (kind as u8, number, text.to_owned()));
        Self(value, scan.snapshot.id(place).to_owned())
    }

    fn candidate(&self, snapshot: &Snapshot) -> Candidate<'_> {
        let kind = |number| match number {
            0 => Kind::Bool,
            1 => Kind::Number,
            _ => Kind::Text,
        };
        let value = match &self.0 {
            None => Value {
                head: None,
                text: "",
            },
            Some((number, key, text)) => Value {
                head: Some((kind(*number), *key)),
                text,
            },
        };
        Candidate {
            value,
            mark: edge_mark(&self.1, snapshot),
        }
    }
}
