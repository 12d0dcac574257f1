//! Which rows can be among the first: told by numbers, so that most rows are not looked at any closer.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use muster_core::time::{NEVER, Timestamp};
use muster_query::Key;

use crate::dictionary::{Kind, number_key, text_key};
use crate::filter::Source;
use crate::line::Line;

/// As much of a value as fits into numbers; values with different heads are in the order of these.
type Head = Option<(Kind, u64)>;

/// A head in the order of the list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Ranked {
    head: Head,
    descending: bool,
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.head, other.head) {
            (Some(a), Some(b)) if self.descending => b.cmp(&a),
            (Some(a), Some(b)) => a.cmp(&b),
            (a, b) => a.is_none().cmp(&b.is_none()),
        }
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The heads of the best rows so far.
#[derive(Debug)]
pub(super) struct Top {
    source: Source,
    descending: bool,
    /// Nothing but the id decides between equal values; rows come in the order of ids.
    last: bool,
    /// Rows before it belong to earlier pages.
    edge: Option<Ranked>,
    most: usize,
    best: BinaryHeap<Ranked>,
}

impl Top {
    pub(super) fn new(
        source: Source,
        descending: bool,
        last: bool,
        edge: Option<Option<&Key>>,
        most: usize,
    ) -> Self {
        let edge = edge.map(|key| Ranked {
            head: key.and_then(|key| head_of_key(source, key)),
            descending,
        });
        Self {
            source,
            descending,
            last,
            edge,
            most,
            best: BinaryHeap::new(),
        }
    }

    /// Whether a row can be on the page, seen the rows before it.
    pub(super) fn may_enter(&mut self, line: &Line<'_>) -> bool {
        let head = head(self.source, line);
        let ranked = Ranked {
            head,
            descending: self.descending,
        };
        match self.edge.map(|edge| ranked.cmp(&edge)) {
            Some(Ordering::Less) => return false,
            // Only a closer look tells on which side of the edge it is.
            Some(Ordering::Equal) => return true,
            _ => {}
        }
        if self.best.len() < self.most {
            self.best.push(ranked);
            return true;
        }
        let Some(mut worst) = self.best.peek_mut() else {
            return true;
        };
        match ranked.cmp(&worst) {
            Ordering::Greater => false,
            Ordering::Equal => {
                let exact = !matches!(head, Some((Kind::Text | Kind::Composite, _)));
                !(exact && self.last)
            }
            Ordering::Less => {
                *worst = ranked;
                true
            }
        }
    }
}

fn head(source: Source, line: &Line<'_>) -> Head {
    if source == Source::Activity {
        let at = line.chunk.facts()[line.row].last_activity();
        return Some((Kind::Number, of_time(at)));
    }
    let cell = line.cell(source);
    cell.kind().map(|kind| (kind, cell.key(line.values)))
}

/// No activity is the year 1.
fn of_time(at: Option<Timestamp>) -> u64 {
    let at = at.or_else(|| NEVER.parse().ok());
    number_key(at.map_or(f64::NEG_INFINITY, |at| at.millis() as f64))
}

fn head_of_key(source: Source, key: &Key) -> Head {
    match key {
        Key::Text(text) if source == Source::Activity => {
            Some((Kind::Number, of_time(text.parse().ok())))
        }
        Key::Null => None,
        Key::Bool(value) => Some((Kind::Bool, u64::from(*value))),
        Key::Number(key) => Some((Kind::Number, *key)),
        Key::Text(text) => Some((Kind::Text, text_key(text))),
        Key::Json(_) => Some((Kind::Composite, 0)),
    }
}
