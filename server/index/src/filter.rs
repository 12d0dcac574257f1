//! A condition made ready for scanning: literals become codes and masks once, rows are compared by number.

use muster_core::time::{NEVER, Timestamp};
use muster_query::ast::Membership;
use muster_query::{Condition, Datum, Expr, Field, Literal, Op, Path, compare, path};

use crate::bits::Bits;
use crate::cell::Cell;
use crate::chunk::{At, Chunk};
use crate::column::{Column, View};
use crate::dictionary::{Code, Kind, Values, number_key};
use crate::fact::Fact;
use crate::fleet::Fleet;
use crate::line::{Asked, Line, One};
use crate::scan::Question;

mod judge;

pub(crate) use judge::Memo;
use judge::{Among, Judge};

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

    /// The values of a chunk's rows, for sources that lie in a column.
    pub(crate) fn column(self, chunk: &Chunk) -> Option<&Column> {
        match self {
            Self::Tag(path) => chunk.column(At::Tag(path)),
            Self::Used(path) => chunk.column(At::Used(path)),
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
    /// The value is one of these.
    Among(Source, Among),
    /// The value has this kind and is none of these.
    Other(Source, Kind, Among),
    /// The value is a number that compares so with the one of this key.
    Number(Source, Op, u64),
    /// What an expression says of the value. With the place where that is remembered.
    Value(Source, Judge, usize),
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
            Self::Among(..) | Self::Other(..) => 2,
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
            Self::Among(source, among) => match among.only_code() {
                // The usual case is a comparison of numbers and nothing else.
                Some(one) => keep_cells(bits, *source, chunk, on, |cell, _| match cell {
                    Cell::Code(code) => code == one,
                    other => among.has(other),
                }),
                None => keep_cells(bits, *source, chunk, on, |cell, _| among.has(cell)),
            },
            Self::Other(source, kind, among) => keep_cells(bits, *source, chunk, on, |cell, _| {
                cell.kind() == Some(*kind) && !among.has(cell)
            }),
            Self::Number(source, op, key) => {
                keep_cells(bits, *source, chunk, on, |cell, values| {
                    cell.kind() == Some(Kind::Number) && op.holds(cell.key(values).cmp(key))
                });
            }
            Self::Value(source, judge, memo) => {
                let mut known = std::mem::take(&mut on.memos[*memo]);
                keep_cells(bits, *source, chunk, on, |cell, values| {
                    judge.passes(cell, values, &mut known)
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
    /// What tests found out about values.
    pub(crate) memos: Vec<Memo>,
}

/// Keeps the rows whose value passes; also asks about rows without one.
fn keep_cells(
    bits: &mut Bits,
    source: Source,
    chunk: &Chunk,
    on: &mut Ground<'_>,
    mut passes: impl FnMut(Cell<'_>, &Values) -> bool,
) {
    let values = on.values;
    let column = match source {
        Source::Model => {
            let model = |row: usize| Cell::Code(chunk.facts()[row].model);
            return bits.retain(|row| passes(model(row), values));
        }
        other => other.column(chunk),
    };
    let Some(column) = column else {
        if !passes(Cell::NONE, values) {
            *bits = Bits::none();
        }
        return;
    };
    // A loop for each form: it is asked about a million rows.
    match column.view(&mut on.room, chunk.len()) {
        View::Codes(codes) => bits.retain(|row| passes(Cell::Code(codes[row]), values)),
        View::Numbers(cells) => bits.retain(|row| passes(cells[row].cell(), values)),
        view @ View::Texts(..) => bits.retain(|row| passes(view.get(row), values)),
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
        let kind = match (source, value) {
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
            (_, Field::Number(_)) => Kind::Number,
            (_, _) if !matches!(op, Op::Eq | Op::NotEq) => return None,
            (_, Field::Str(_)) => Kind::Text,
            (_, Field::Bool(_)) => Kind::Bool,
            (_, _) => return Some(Test::Never),
        };
        let among = Among::of([value], dictionary)?;
        Some(match op {
            Op::Eq => Test::Among(source, among),
            _ => Test::Other(source, kind, among),
        })
    }

    /// A value that is one of some plain ones.
    fn membership(&self, membership: &Membership) -> Option<Test> {
        let (Expr::Path(path), Expr::List(items)) = (&membership.value, &membership.list) else {
            return None;
        };
        let literals = items.iter().map(|item| match item {
            Expr::Literal(literal) => Some(literal),
            _ => None,
        });
        let literals = literals.collect::<Option<Vec<&Literal>>>();
        if *path == Path::DeviceId {
            // Nothing but a text is equal to an id.
            let mut ids: Vec<String> = items
                .iter()
                .filter_map(|item| match item {
                    Expr::Literal(Literal::String(id)) => Some(id.clone()),
                    _ => None,
                })
                .collect();
            ids.sort_unstable();
            return Some(Test::Ids(ids));
        }
        let source = Source::of(path, self.fleet);
        let plain = !matches!(path, Path::Tag(keys) if keys.contains(path::POSITION));
        if !plain || !is_celled(source) {
            return None;
        }
        let fields = literals?.into_iter().map(Field::from);
        let among = Among::of(fields, self.fleet.dictionary())?;
        Some(Test::Among(source, among))
    }

    /// Everything else: by value where it looks at one path with codes, otherwise row by row.
    fn other(&mut self, expr: &Expr, want: bool) -> Test {
        if let Expr::In(membership) = expr
            && membership.negated != want
            && let Some(test) = self.membership(membership)
        {
            return test;
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
            [(_, source)] if is_celled(*source) => {
                self.memos += 1;
                let judge = Judge::new(expr, want, self.now);
                Test::Value(*source, judge, self.memos - 1)
            }
            _ => Test::Expr(sources, Box::new(expr.clone()), want),
        }
    }
}

/// Whether each row has its value in one cell.
fn is_celled(source: Source) -> bool {
    matches!(source, Source::Model | Source::Tag(_) | Source::Used(_))
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
