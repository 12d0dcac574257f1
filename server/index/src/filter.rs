//! A condition made ready for scanning: literals become codes and masks once, rows are compared by number.

use muster_core::time::Timestamp;
use muster_query::{Comparison, Condition, Expr, Field, Op, Operand, Path, Scope, compare};

use crate::bits::Bits;
use crate::chunk::Chunk;
use crate::column::Column;
use crate::dictionary::{Code, Dictionary, Kind, Values};
use crate::fact::Fact;

/// Where the values of a path are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Source {
    Id,
    Fact(Fact),
    Model,
    /// The code of the path.
    Tag(Code),
    /// No device has a value there.
    Nowhere,
}

impl Source {
    pub(crate) fn of(path: &Path, dictionary: &Dictionary) -> Self {
        match path {
            Path::DeviceId => Self::Id,
            Path::ModelId => Self::Model,
            Path::Tag(path) => dictionary
                .find(Kind::Text, path)
                .map_or(Self::Nowhere, Self::Tag),
            _ => Fact::of(path).map_or(Self::Nowhere, Self::Fact),
        }
    }

    /// The value of one row.
    pub(crate) fn field<'a>(
        self,
        chunk: &'a Chunk,
        row: usize,
        values: &'a Values,
        now: Timestamp,
    ) -> Field<'a> {
        let facts = &chunk.facts()[row];
        match self {
            Self::Id => Field::Str(chunk.ids().get(row)),
            Self::Fact(fact) => fact.field(facts, now),
            Self::Model => values.field(facts.model),
            Self::Tag(path) => values.field(chunk.column(path).map_or(Code::NONE, |c| c.get(row))),
            Self::Nowhere => Field::Undefined,
        }
    }
}

/// What a row must be. The cheapest tests come first.
#[derive(Debug)]
pub(crate) enum Test {
    /// No row passes.
    Never,
    /// The id is this one, or is not.
    Id(String, Op),
    /// The value is one of these codes, or has this kind and is none of them.
    Code(Source, Kind, Vec<Code>, Op),
    /// The fact has one of the values in the mask.
    Fact(Fact, u8),
    /// Two values of the row compare like this.
    Pair(Source, Op, Source),
    /// All of these.
    All(Vec<Test>),
    /// Any of these.
    Any(Vec<Test>),
}

impl Test {
    /// Rows that the condition keeps and the scope holds; `None` when that is all of them.
    pub(crate) fn of(
        condition: &Condition,
        scope: &Scope,
        dictionary: &Dictionary,
    ) -> Option<Self> {
        let wanted = condition.expr().map(|expr| test(expr, dictionary));
        let allowed = (!scope.is_everything()).then(|| {
            let parts = scope.conditions().iter().filter_map(Condition::expr);
            Self::Any(parts.map(|expr| test(expr, dictionary)).collect())
        });
        match (wanted, allowed) {
            (Some(wanted), Some(allowed)) => Some(all(vec![wanted, allowed])),
            (wanted, allowed) => wanted.or(allowed),
        }
    }

    /// Roughly, how long it takes per row.
    fn cost(&self) -> usize {
        match self {
            Self::Never => 0,
            Self::Id(..) => 1,
            Self::Code(..) => 2,
            Self::Fact(Fact::Contact, _) => 6,
            Self::Fact(..) => 3,
            Self::Pair(..) => 20,
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::cost).sum(),
        }
    }

    /// Keeps the rows that pass.
    pub(crate) fn keep(&self, bits: &mut Bits, chunk: &Chunk, on: &mut Ground<'_>) {
        match self {
            Self::Never => *bits = Bits::none(),
            Self::Id(id, op) => {
                let found = chunk.ids().search(id).ok();
                bits.retain(|row| (Some(row) == found) == (*op == Op::Eq));
            }
            Self::Code(source, kind, codes, op) => {
                let passes = |code: Code| match op {
                    Op::Eq => codes.contains(&code),
                    Op::NotEq => code.kind() == Some(*kind) && !codes.contains(&code),
                };
                match (source, codes.as_slice()) {
                    (Source::Model, _) => bits.retain(|row| passes(chunk.facts()[row].model)),
                    (Source::Tag(path), [one]) if *op == Op::Eq => {
                        with_codes(bits, chunk.column(*path), chunk, on, |code| code == *one);
                    }
                    (Source::Tag(path), _) => {
                        with_codes(bits, chunk.column(*path), chunk, on, passes);
                    }
                    _ => *bits = Bits::none(),
                }
            }
            Self::Fact(fact, mask) => bits.retain(|row| {
                let index = fact.index(&chunk.facts()[row], on.now);
                index.is_some_and(|index| mask >> index & 1 == 1)
            }),
            Self::Pair(left, op, right) => bits.retain(|row| {
                let side = |source: &Source| source.field(chunk, row, on.values, on.now);
                compare(side(left), *op, side(right)) == Some(true)
            }),
            Self::All(parts) => {
                for part in parts {
                    if bits.is_empty() {
                        return;
                    }
                    part.keep(bits, chunk, on);
                }
            }
            Self::Any(parts) => {
                let mut any = Bits::none();
                for part in parts {
                    let mut kept = bits.clone();
                    part.keep(&mut kept, chunk, on);
                    any.join(&kept);
                }
                *bits = any;
            }
        }
    }
}

/// What tests stand on while they scan.
#[derive(Debug)]
pub(crate) struct Ground<'a> {
    pub(crate) values: &'a Values,
    pub(crate) now: Timestamp,
    /// Room for columns that are lists, used again from chunk to chunk.
    pub(crate) room: Vec<Code>,
}

fn with_codes(
    bits: &mut Bits,
    column: Option<&Column>,
    chunk: &Chunk,
    on: &mut Ground<'_>,
    passes: impl Fn(Code) -> bool,
) {
    match column {
        None => *bits = Bits::none(),
        Some(column) => {
            let codes = column.codes(&mut on.room, chunk.len());
            bits.retain(|row| passes(codes[row]));
        }
    }
}

fn test(expr: &Expr, dictionary: &Dictionary) -> Test {
    match expr {
        Expr::Compare(comparison) => comparison_test(comparison, dictionary),
        Expr::And(parts) => all(parts.iter().map(|part| test(part, dictionary)).collect()),
    }
}

fn all(mut parts: Vec<Test>) -> Test {
    if parts.iter().any(|part| matches!(part, Test::Never)) {
        return Test::Never;
    }
    parts.sort_by_key(Test::cost);
    Test::All(parts)
}

fn comparison_test(comparison: &Comparison, dictionary: &Dictionary) -> Test {
    let Comparison { left, op, right } = comparison;
    match (left, right) {
        (Operand::Literal(left), Operand::Literal(right)) => {
            match compare(Field::from(left), *op, Field::from(right)) {
                Some(true) => Test::All(Vec::new()),
                _ => Test::Never,
            }
        }
        (Operand::Path(left), Operand::Path(right)) => {
            let side = |path| Source::of(path, dictionary);
            Test::Pair(side(left), *op, side(right))
        }
        (Operand::Path(path), Operand::Literal(literal))
        | (Operand::Literal(literal), Operand::Path(path)) => value_test(
            Source::of(path, dictionary),
            *op,
            Field::from(literal),
            dictionary,
        ),
    }
}

/// Both operators mean the same from either side.
fn value_test(source: Source, op: Op, value: Field<'_>, dictionary: &Dictionary) -> Test {
    let (kind, codes) = match (source, value) {
        (Source::Nowhere, _) => return Test::Never,
        (Source::Fact(fact), value) => {
            let passes = |own| compare(own, op, value) == Some(true);
            let mask = fact.values().enumerate();
            let mask = mask.fold(0, |mask, (index, own)| {
                mask | u8::from(passes(own)) << index
            });
            return Test::Fact(fact, mask);
        }
        (Source::Id, Field::Str(id)) => return Test::Id(id.to_owned(), op),
        (Source::Id, _) => return Test::Never,
        (_, Field::Str(text)) => (
            Kind::Text,
            dictionary.find(Kind::Text, text).into_iter().collect(),
        ),
        (_, Field::Number(number)) => (Kind::Number, dictionary.find_number(number)),
        (_, Field::Bool(value)) => {
            let text = if value { "true" } else { "false" };
            (
                Kind::Bool,
                dictionary.find(Kind::Bool, text).into_iter().collect(),
            )
        }
        (_, Field::Null | Field::Undefined | Field::Composite) => return Test::Never,
    };
    match op {
        Op::Eq if codes.is_empty() => Test::Never,
        _ => Test::Code(source, kind, codes, op),
    }
}
