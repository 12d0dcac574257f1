//! One row of a chunk, as the evaluator sees it.

use muster_core::time::{NEVER, Timestamp};
use muster_core::twin::Object;
use muster_query::{Datum, Field, Path, path};
use serde_json::Value;

use crate::cell::Cell;
use crate::chunk::Chunk;
use crate::dictionary::Values;
use crate::filter::Source;
use crate::tags;

/// A row, and what its codes mean.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    pub(crate) chunk: &'a Chunk,
    pub(crate) row: usize,
    pub(crate) values: &'a Values,
    pub(crate) now: Timestamp,
}

impl<'a> Line<'a> {
    /// The value at a source, as far as it lies in place.
    pub(crate) fn field(&self, source: Source, path: &Path) -> Field<'a> {
        let facts = &self.chunk.facts()[self.row];
        match source {
            Source::Id => Field::Str(self.chunk.ids().get(self.row)),
            Source::Fact(fact) => fact.field(facts, self.now),
            Source::Activity => facts.last_activity().map_or(Field::Str(NEVER), Field::Time),
            Source::Model | Source::Tag(_) | Source::Used(_) => {
                self.cell(source).field(self.values)
            }
            Source::Tree => match self.datum(source, path) {
                Datum::Undefined => Field::Undefined,
                Datum::Bool(value) => Field::Bool(value),
                Datum::Number(value) => Field::Number(value),
                // Texts inside arrays do not lie in place; whoever needs them asks for the datum.
                _ => Field::Composite,
            },
            Source::Nowhere => Field::Undefined,
        }
    }

    /// The value at a source with what is inside.
    pub(crate) fn datum(&self, source: Source, path: &Path) -> Datum<'a> {
        match source {
            Source::Model | Source::Tag(_) | Source::Used(_) => {
                self.cell(source).datum(self.values)
            }
            Source::Tree => self.tree(path).map_or(Datum::Undefined, Datum::from),
            other => self.field(other, path).into(),
        }
    }

    /// The value at a source that has cells.
    pub(crate) fn cell(&self, source: Source) -> Cell<'a> {
        match source {
            Source::Model => Cell::Code(self.chunk.facts()[self.row].model),
            other => {
                let column = other.column(self.chunk);
                column.map_or(Cell::NONE, |column| column.get(self.row))
            }
        }
    }

    /// Tags put together again, as far as the path leads; what is at its end.
    fn tree(&self, path: &Path) -> Option<Value> {
        let keys = match path {
            Path::Tag(keys) => keys.as_str(),
            _ => "",
        };
        let mut all = Object::new();
        // Arrays lie whole at the path before the place.
        let plain = keys.split(path::POSITION).next().unwrap_or(keys);
        let plain = plain.strip_suffix('.').unwrap_or(plain);
        for (column_path, column) in self.chunk.tags() {
            let text = self.values.text(column_path);
            let rest = text.strip_prefix(plain);
            let inside =
                plain.is_empty() || rest.is_some_and(|r| r.is_empty() || r.starts_with('.'));
            if inside && let Some(value) = column.get(self.row).value(self.values) {
                tags::restore(&mut all, text, value);
            }
        }
        match path {
            Path::Tag(keys) => path::lookup(&all, keys).cloned(),
            _ => Some(Value::Object(all)),
        }
    }
}

/// A row with the sources of the paths that are asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) line: Line<'a>,
    pub(crate) sources: &'a [(Path, Source)],
}

impl Asked<'_> {
    fn source(&self, path: &Path) -> Source {
        let known = self.sources.iter().find(|(known, _)| known == path);
        known.map_or(Source::Nowhere, |(_, source)| *source)
    }
}

impl muster_query::Row for Asked<'_> {
    fn value(&self, path: &Path) -> Field<'_> {
        self.line.field(self.source(path), path)
    }

    fn datum(&self, path: &Path) -> Datum<'_> {
        self.line.datum(self.source(path), path)
    }

    fn now(&self) -> Option<Timestamp> {
        Some(self.line.now)
    }
}

/// A row of which one value is known.
#[derive(Clone, Debug)]
pub(crate) struct One<'a> {
    pub(crate) datum: Datum<'a>,
    pub(crate) now: Timestamp,
}

impl muster_query::Row for One<'_> {
    fn value(&self, _: &Path) -> Field<'_> {
        Field::Undefined
    }

    fn datum(&self, _: &Path) -> Datum<'_> {
        self.datum.clone()
    }

    fn now(&self) -> Option<Timestamp> {
        Some(self.now)
    }
}
