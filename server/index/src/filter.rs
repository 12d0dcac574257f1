//! A condition made ready for scanning: literals become codes and masks once, rows are compared by number.

use muster_core::time::{NEVER, Timestamp};
use muster_query::{Condition, Datum, Expr, Field, Literal, Op, Path, compare, path};

use crate::bits::Bits;
use crate::chunk::Chunk;
use crate::column::Column;
use crate::dictionary::{Code, Kind, Values, number_key};
use crate::fact::Fact;
use crate::fleet::Fleet;
use crate::line::{Asked, Line, One, datum_of};
use crate::scan::Question;

/// Where the values of a path are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Source {
    Id,
    Fact(Fact),
    Activity,
    Model,
    /// The code of the path.
    Tag(Code),
    /// The code of a path that queries look at.
    Used(Code),
    /// In several columns, or inside a list: put together where it is asked for.
    Tree,
    /// No device has a value there.
    Nowhere,
}

impl Source {
    /// Where the values are that lists and comparisons with plain values go by: objects count as none.
    pub(crate) fn of(path: &Path, fleet: &Fleet) -> Self {
        match path {
            Path::DeviceId => Self::Id,
            Path::ModelId => Self::Model,
            Path::LastActivityTime => Self::Activity,
            Path::Tag(path) => fleet
                .dictionary()
                .find(Kind::Text, path)
                .map_or(Self::Nowhere, Self::Tag),
            Path::Desired(_) | Path::Reported(_) | Path::Below("configurations", _) => {
                let mut used = fleet.used().iter();
                let used = used.find(|used| used.ready && used.path == *path);
                used.map_or(Self::Nowhere, |used| Self::Used(used.code))
            }
            _ => Fact::of(path).map_or(Self::Nowhere, Self::Fact),
        }
    }

    /// The codes of a chunk's rows, for sources that lie in a column.
    pub(crate) fn column(self, chunk: &Chunk) -> Option<&Column> {
        match self {
            Self::Tag(path) => chunk.column(path),
            Self::Used(path) => chunk.used(path),
            _ => None,
        }
    }

    /// Where the values are, objects and parts of lists among them.
    pub(crate) fn with_objects(path: &Path, fleet: &Fleet) -> Self {
        match path {
            Path::System("tags") => Self::Tree,
            Path::Tag(keys) if keys.contains(path::POSITION) || fleet.has_object_at(keys) => {
                Self::Tree
            }
            path => Self::of(path, fleet),
        }
    }
}

/// Whether the index always knows the values at a path.
pub fn holds(path: &Path) -> bool {
    match path {
        Path::DeviceId | Path::ModelId | Path::LastActivityTime | Path::Tag(_) => true,
        Path::System(name) => *name == "tags",
        path => Fact::of(path).is_some(),
    }
}

/// What a row must be. The cheapest tests come first.
#[derive(Debug)]
pub(crate) enum Test {
    /// No row passes.
    Never,
    /// The id is this one, or is not.
    Id(String, Op),
    /// The id is one of these, which are in order.
    Ids(Vec<String>),
    /// The value is one of these codes, or has this kind and is none of them.
    Code(Source, Kind, Vec<Code>, Op),
    /// The value is a number that compares so with the one of this key.
    Number(Source, Op, u64),
    /// What the expression says of the value; it looks at nothing else. With the place where that is remembered.
    Value(Source, Box<Expr>, bool, usize),
    /// The fact has one of the values in the mask; the highest bit stands for none.
    Fact(Fact, u16),
    /// The last activity lies in `from..to`, in milliseconds; or there was none, and that passes.
    Activity { from: i64, to: i64, never: bool },
    /// The expression says so of the row.
    Expr(Vec<(Path, Source)>, Box<Expr>, bool),
    /// All of these.
    All(Vec<Test>),
    /// Any of these.
    Any(Vec<Test>),
}

/// The bit of a fact's mask for devices without a value.
const UNDEFINED: u16 = 1 << 15;

impl Test {
    /// Roughly, how long it takes per row.
    fn cost(&self) -> usize {
        match self {
            Self::Never => 0,
            Self::Id(..) | Self::Ids(_) => 1,
            Self::Code(..) => 2,
            Self::Fact(Fact::Contact, _) => 6,
            Self::Fact(..) | Self::Number(..) | Self::Activity { .. } => 3,
            Self::Value(..) => 10,
            Self::Expr(..) => 200,
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::cost).sum(),
        }
    }

    /// Keeps the rows that pass.
    pub(crate) fn keep(&self, bits: &mut Bits, chunk: &Chunk, on: &mut Ground<'_>) {
        match self {
            Self::Never => *bits = Bits::none(),
            Self::Id(id, op) => match op {
                Op::Eq | Op::NotEq => {
                    let found = chunk.ids().search(id).ok();
                    bits.retain(|row| (Some(row) == found) == (*op == Op::Eq));
                }
                _ => bits.retain(|row| op.holds(chunk.ids().get(row).cmp(id))),
            },
            Self::Ids(ids) => {
                let mut found = Bits::none();
                let last = chunk.ids().get(chunk.len() - 1);
                let from = ids.partition_point(|id| id.as_str() < chunk.ids().get(0));
                for id in ids[from..].iter().take_while(|id| id.as_str() <= last) {
                    if let Ok(row) = chunk.ids().search(id) {
                        found.add(row);
                    }
                }
                bits.keep(&found);
            }
            Self::Code(source, kind, codes, op) => match (op, codes.as_slice()) {
                (Op::Eq, [one]) => keep_codes(bits, *source, chunk, on, |code, _| code == *one),
                (Op::Eq, _) => {
                    keep_codes(bits, *source, chunk, on, |code, _| codes.contains(&code))
                }
                _ => keep_codes(bits, *source, chunk, on, |code, _| {
                    code.kind() == Some(*kind) && !codes.contains(&code)
                }),
            },
            Self::Number(source, op, key) => {
                keep_codes(bits, *source, chunk, on, |code, values| {
                    code.kind() == Some(Kind::Number) && op.holds(values.key(code).cmp(key))
                })
            }
            Self::Value(source, expr, want, memo) => {
                let mut known = std::mem::take(&mut on.memos[*memo]);
                known.resize(on.values.len() + 1, 0);
                let now = on.now;
                keep_codes(bits, *source, chunk, on, |code, values| {
                    let at = if code.is_none() { 0 } else { code.index() + 1 };
                    if known[at] == 0 {
                        let datum = datum_of(code, values);
                        let found = expr.eval(&One { datum, now }) == Datum::Bool(*want);
                        known[at] = 1 + u8::from(found);
                    }
                    known[at] == 2
                });
                on.memos[*memo] = known;
            }
            Self::Fact(fact, mask) => bits.retain(|row| {
                let index = fact.index(&chunk.facts()[row], on.now);
                index.map_or(mask & UNDEFINED != 0, |index| mask >> index & 1 == 1)
            }),
            Self::Activity { from, to, never } => bits.retain(|row| {
                let at = chunk.facts()[row].last_activity();
                at.map_or(*never, |at| (*from..*to).contains(&at.millis()))
            }),
            Self::Expr(sources, expr, want) => bits.retain(|row| {
                let line = Line {
                    chunk,
                    row,
                    values: on.values,
                    now: on.now,
                };
                expr.eval(&Asked { line, sources }) == Datum::Bool(*want)
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
    /// What tests found out about values, by code: nothing yet, does not pass, passes.
    pub(crate) memos: Vec<Vec<u8>>,
}

/// Keeps the rows whose code passes; rows without a value have [`Code::NONE`].
fn keep_codes(
    bits: &mut Bits,
    source: Source,
    chunk: &Chunk,
    on: &mut Ground<'_>,
    mut passes: impl FnMut(Code, &Values) -> bool,
) {
    let values = on.values;
    let column: Option<&Column> = match source {
        Source::Model => return bits.retain(|row| passes(chunk.facts()[row].model, values)),
        other => other.column(chunk),
    };
    match column {
        None => {
            if !passes(Code::NONE, values) {
                *bits = Bits::none();
            }
        }
        Some(column) => {
            let codes = column.codes(&mut on.room, chunk.len());
            bits.retain(|row| passes(codes[row], values));
        }
    }
}

/// Makes tests out of expressions.
#[derive(Debug)]
pub(crate) struct Compiler<'a> {
    fleet: &'a Fleet,
    now: Timestamp,
    memos: usize,
}

impl<'a> Compiler<'a> {
    pub(crate) fn new(fleet: &'a Fleet, now: Timestamp) -> Self {
        Self {
            fleet,
            now,
            memos: 0,
        }
    }

    /// Rows that the condition keeps and the scope holds, `None` when that is all of them; and how many tests
    /// remember values.
    pub(crate) fn test(mut self, question: &Question<'_>) -> (Option<Test>, usize) {
        let scope = question.scope;
        let wanted = question.condition.expr().map(|expr| self.expr(expr));
        let allowed = (!scope.is_everything()).then(|| {
            let parts = scope.conditions().iter().filter_map(Condition::expr);
            Test::Any(parts.map(|expr| self.expr(expr)).collect())
        });
        let test = match (wanted, allowed) {
            (Some(wanted), Some(allowed)) => Some(all(vec![wanted, allowed])),
            (wanted, allowed) => wanted.or(allowed),
        };
        (test, self.memos)
    }

    fn expr(&mut self, expr: &Expr) -> Test {
        self.is(&expr.folded(self.now), true)
    }

    /// Rows for which the expression is exactly this: NOT moves inwards, so undefined stays out on both sides.
    fn is(&mut self, expr: &Expr, want: bool) -> Test {
        match expr {
            Expr::Not(inner) => self.is(inner, !want),
            Expr::And(parts) | Expr::Or(parts) => {
                let parts = parts.iter().map(|part| self.is(part, want)).collect();
                if matches!(expr, Expr::And(_)) == want {
                    all(parts)
                } else {
                    Test::Any(parts)
                }
            }
            Expr::Compare(comparison) => {
                let op = if want {
                    comparison.op
                } else {
                    comparison.op.negated()
                };
                match (&comparison.left, &comparison.right) {
                    (Expr::Path(path), Expr::Literal(literal)) => self
                        .comparison(path, op, literal)
                        .unwrap_or_else(|| self.other(expr, want)),
                    _ => self.other(expr, want),
                }
            }
            other => self.other(other, want),
        }
    }

    /// A comparison of a value with a plain one; `None` where nothing is faster than the expression itself.
    fn comparison(&self, path: &Path, op: Op, literal: &Literal) -> Option<Test> {
        let dictionary = self.fleet.dictionary();
        let tree = matches!(path, Path::Tag(keys) if keys.contains(path::POSITION));
        let source = Source::of(path, self.fleet);
        let value = Field::from(literal);
        let (kind, codes) = match (source, value) {
            _ if tree => return None,
            (Source::Nowhere, _) => return Some(Test::Never),
            (Source::Fact(fact), value) => {
                let passes = |own| compare(own, op, value) == Some(true);
                return Some(Test::Fact(fact, mask(fact, passes)));
            }
            (Source::Id, Field::Str(id)) => return Some(Test::Id(id.to_owned(), op)),
            (Source::Activity, Field::Str(text)) => return Some(activity(op, text)),
            (Source::Id | Source::Activity, _) => return Some(Test::Never),
            (_, Field::Number(number)) if !matches!(op, Op::Eq | Op::NotEq) => {
                return Some(Test::Number(source, op, number_key(number)));
            }
            (_, Field::Number(number)) => (Kind::Number, dictionary.find_number(number)),
            (_, _) if !matches!(op, Op::Eq | Op::NotEq) => return None,
            (_, Field::Str(text)) => (
                Kind::Text,
                dictionary.find(Kind::Text, text).into_iter().collect(),
            ),
            (_, Field::Bool(value)) => {
                let text = if value { "true" } else { "false" };
                (
                    Kind::Bool,
                    dictionary.find(Kind::Bool, text).into_iter().collect(),
                )
            }
            (_, _) => return Some(Test::Never),
        };
        Some(match op {
            Op::Eq if codes.is_empty() => Test::Never,
            _ => Test::Code(source, kind, codes, op),
        })
    }

    /// Everything else: by value where it looks at one path with codes, otherwise row by row.
    fn other(&mut self, expr: &Expr, want: bool) -> Test {
        if let Expr::In(membership) = expr
            && let (Expr::Path(Path::DeviceId), Expr::List(items)) =
                (&membership.value, &membership.list)
            && membership.negated != want
        {
            let mut ids: Vec<String> = items
                .iter()
                .filter_map(|item| match item {
                    Expr::Literal(Literal::String(id)) => Some(id.clone()),
                    _ => None,
                })
                .collect();
            ids.sort_unstable();
            return Test::Ids(ids);
        }
        let mut paths = Vec::new();
        expr.collect_paths(&mut paths);
        let sources: Vec<(Path, Source)> = paths
            .into_iter()
            .map(|path| {
                let source = Source::with_objects(&path, self.fleet);
                (path, source)
            })
            .collect();
        let says = |datum: Datum<'_>| {
            let row = One {
                datum,
                now: self.now,
            };
            expr.eval(&row) == Datum::Bool(want)
        };
        match sources.as_slice() {
            [] | [(_, Source::Nowhere)] => {
                if says(Datum::Undefined) {
                    Test::All(Vec::new())
                } else {
                    Test::Never
                }
            }
            [(_, Source::Fact(fact))] => {
                let mut mask = mask(*fact, |own| says(own.into()));
                if says(Datum::Undefined) {
                    mask |= UNDEFINED;
                }
                Test::Fact(*fact, mask)
            }
            [(_, source @ (Source::Model | Source::Tag(_) | Source::Used(_)))] => {
                self.memos += 1;
                Test::Value(*source, Box::new(expr.clone()), want, self.memos - 1)
            }
            _ => Test::Expr(sources, Box::new(expr.clone()), want),
        }
    }
}

/// The values of a fact that pass.
fn mask(fact: Fact, passes: impl Fn(Field<'static>) -> bool) -> u16 {
    fact.values().enumerate().fold(0, |mask, (index, own)| {
        mask | u16::from(passes(own)) << index
    })
}

fn all(mut parts: Vec<Test>) -> Test {
    if parts.iter().any(|part| matches!(part, Test::Never)) {
        return Test::Never;
    }
    parts.sort_by_key(Test::cost);
    Test::All(parts)
}

/// Times compare as their texts do, and these are in the order of time: finds the milliseconds where that turns.
fn activity(op: Op, text: &str) -> Test {
    // The years 1 to 9999, which have four digits.
    const FIRST: i64 = -62_135_596_800_000;
    const LAST: i64 = 253_402_300_799_999;
    let first = |beyond: &dyn Fn(&str) -> bool| {
        let (mut low, mut high) = (FIRST, LAST + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            if beyond(&Timestamp::from_millis(middle).to_string()) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    };
    let (at, behind) = (first(&|own| own >= text), first(&|own| own > text));
    let never = op.holds(NEVER.cmp(text));
    let between = |from, to| Test::Activity { from, to, never };
    match op {
        Op::Less => between(i64::MIN, at),
        Op::LessEq => between(i64::MIN, behind),
        Op::Greater => between(behind, i64::MAX),
        Op::GreaterEq => between(at, i64::MAX),
        Op::Eq => between(at, behind),
        Op::NotEq => Test::Any(vec![between(i64::MIN, at), between(behind, i64::MAX)]),
    }
}
