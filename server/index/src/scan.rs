//! Going over the fleet with a question.

use muster_core::time::Timestamp;
use muster_query::{Condition, Scope};

use crate::bits::Bits;
use crate::cell::Cell;
use crate::chunk::Chunk;
use crate::dictionary::{Kind, Values};
use crate::filter::{Compiler, Ground, Memo, Test};
use crate::fleet::Fleet;
use crate::snapshot::Snapshot;
use crate::texts::{Lower, Needle};

/// Which devices are asked about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    pub(crate) condition: &'a Condition,
    /// Part of the id or of a text among the tags, in any case; blank for all.
    pub(crate) text: &'a str,
    pub(crate) scope: &'a Scope,
    pub(crate) now: Timestamp,
}

/// A question over the fleet at one moment.
#[derive(Debug)]
pub(crate) struct Scan {
    pub(crate) snapshot: Snapshot,
    pub(crate) now: Timestamp,
    test: Option<Test>,
    /// How many tests remember what they found out about a value.
    memos: usize,
    needle: Option<Needle>,
}

impl Scan {
    /// Takes what is needed out of the fleet: pointers and codes.
    pub(crate) fn new(fleet: &Fleet, question: &Question<'_>) -> Self {
        let (test, memos) = Compiler::new(fleet, question.now).test(question);
        Self {
            memos,
            snapshot: fleet.snapshot(),
            now: question.now,
            test,
            needle: Needle::new(question.text),
        }
    }

    /// Whether every device is in it.
    pub(crate) fn is_all(&self) -> bool {
        self.test.is_none() && self.needle.is_none()
    }

    /// Begins to go over the chunks.
    pub(crate) fn start(&self) -> Walk<'_> {
        let values = self.snapshot.values();
        Walk {
            hits: self.needle.as_ref().map(|needle| Hits::new(needle, values)),
            scan: self,
            ground: Ground {
                values,
                now: self.now,
                room: Vec::new(),
                memos: (0..self.memos).map(|_| Memo::default()).collect(),
            },
            lower: Lower::default(),
        }
    }

    /// Tells each chunk with the rows that are in it.
    pub(crate) fn each(&self, mut tell: impl FnMut(usize, &Chunk, &Bits)) {
        let mut walk = self.start();
        for (number, chunk) in self.snapshot.chunks().iter().enumerate() {
            let bits = walk.bits(chunk);
            if !bits.is_empty() {
                tell(number, chunk, &bits);
            }
        }
    }
}

/// A scan under way, with its room for work.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    scan: &'a Scan,
    hits: Option<Hits<'a>>,
    ground: Ground<'a>,
    lower: Lower,
}

impl Walk<'_> {
    /// The rows of a chunk that the question keeps.
    pub(crate) fn bits(&mut self, chunk: &Chunk) -> Bits {
        let mut bits = Bits::first(chunk.len());
        if let Some(test) = &self.scan.test {
            test.keep(&mut bits, chunk, &mut self.ground);
        }
        if let Some(hits) = &self.hits
            && !bits.is_empty()
        {
            bits.keep(&hits.rows(chunk, &mut self.lower));
        }
        bits
    }
}

/// A needle, and which values of the dictionary have it in them (empty when none has).
#[derive(Debug)]
struct Hits<'a> {
    needle: &'a Needle,
    found: Vec<bool>,
}

impl<'a> Hits<'a> {
    /// Looks through the dictionary once; rows are then compared by code.
    fn new(needle: &'a Needle, values: &Values) -> Self {
        let mut found = Vec::new();
        values.find(needle, &mut Lower::default(), |index| {
            if found.is_empty() {
                found.resize(values.len(), false);
            }
            found[index] = true;
        });
        Self { needle, found }
    }

    fn rows(&self, chunk: &Chunk, lower: &mut Lower) -> Bits {
        let mut bits = Bits::none();
        chunk.ids().find(self.needle, lower, |row| bits.add(row));
        let hit = |cell: Cell<'_>| match cell {
            Cell::Code(code) => code.kind() == Some(Kind::Text) && self.found[code.index()],
            _ => false,
        };
        for (_, column) in chunk.tags() {
            if let Some(texts) = column.texts() {
                texts.find(self.needle, lower, |row| bits.add(row));
            }
            if !self.found.is_empty() {
                let rows = column.iter().filter(|(_, cell)| hit(*cell));
                rows.for_each(|(row, _)| bits.add(row));
            }
        }
        bits
    }
}
