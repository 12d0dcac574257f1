//! Judging one value: by its code, once for all rows that share it, or where it lies.

use std::collections::HashMap;

use muster_core::time::Timestamp;
use muster_query::{Datum, Expr, Field, Function, Literal, Op};

use crate::cell::Cell;
use crate::dictionary::{Code, Dictionary, Kind, Values, number_key};
use crate::line::One;

/// Most numbers that a test remembers.
const MAX_NUMBERS: usize = 4096;

/// Plain values that others are compared with, in order, however they lie.
#[derive(Debug, Default)]
pub(crate) struct Among {
    codes: Vec<Code>,
    numbers: Vec<u64>,
    texts: Vec<String>,
}

impl Among {
    /// `None` when one is not plain. Nulls are never stored: nothing is equal to one.
    pub(super) fn of<'a>(
        items: impl IntoIterator<Item = Field<'a>>,
        dictionary: &Dictionary,
    ) -> Option<Self> {
        let mut among = Self::default();
        for item in items {
            match item {
                Field::Null => {}
                Field::Bool(value) => {
                    let text = if value { "true" } else { "false" };
                    among.codes.extend(dictionary.find(Kind::Bool, text));
                }
                Field::Number(value) => {
                    among.codes.extend(dictionary.find_number(value));
                    among.numbers.push(number_key(value));
                }
                Field::Str(text) => {
                    among.codes.extend(dictionary.find(Kind::Text, text));
                    among.texts.push(text.to_owned());
                }
                _ => return None,
            }
        }
        among.codes.sort_unstable();
        among.numbers.sort_unstable();
        among.texts.sort_unstable();
        Some(among)
    }

    /// The code, where there is one.
    pub(super) fn only_code(&self) -> Option<Code> {
        match self.codes.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }

    pub(super) fn has(&self, cell: Cell<'_>) -> bool {
        match cell {
            Cell::Code(code) => match self.codes.as_slice() {
                [] => false,
                codes => codes.binary_search(&code).is_ok(),
            },
            Cell::Number(key) => self.numbers.binary_search(&key).is_ok(),
            Cell::Text(text) => {
                let known = self
                    .texts
                    .binary_search_by(|known| known.as_str().cmp(text));
                known.is_ok()
            }
        }
    }
}

/// What a test found out about values.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    /// By code: nothing yet, does not pass, passes.
    codes: Vec<u8>,
    /// By key.
    numbers: HashMap<u64, bool>,
}

/// An expression that looks at one value and nothing else.
#[derive(Debug)]
pub(crate) struct Judge {
    expr: Box<Expr>,
    want: bool,
    shape: Shape,
    now: Timestamp,
}

/// What an expression goes by, where that is known.
#[derive(Debug)]
enum Shape {
    /// The type of the value, as `IS_DEFINED` does: whether numbers pass, and texts.
    Kind {
        numbers: bool,
        texts: bool,
    },
    /// A part of a text, or its place in the order of texts.
    Text(Words),
    Any,
}

#[derive(Debug)]
enum Words {
    Begin(String),
    End(String),
    Inside(String),
    Stand(Op, String),
}

impl Words {
    fn of(expr: &Expr) -> Option<Self> {
        match expr {
            Expr::Call(function, arguments) => {
                let [Expr::Path(_), Expr::Literal(Literal::String(part))] = arguments.as_slice()
                else {
                    return None;
                };
                match function {
                    Function::StartsWith => Some(Self::Begin(part.clone())),
                    Function::EndsWith => Some(Self::End(part.clone())),
                    Function::Contains => Some(Self::Inside(part.clone())),
                    _ => None,
                }
            }
            Expr::Compare(comparison) => match (&comparison.left, &comparison.right) {
                (Expr::Path(_), Expr::Literal(Literal::String(other))) => {
                    Some(Self::Stand(comparison.op, other.clone()))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn hold(&self, text: &str) -> bool {
        match self {
            Self::Begin(part) => text.starts_with(part.as_str()),
            Self::End(part) => text.ends_with(part.as_str()),
            Self::Inside(part) => text.contains(part.as_str()),
            Self::Stand(op, other) => op.holds(text.cmp(other.as_str())),
        }
    }
}

impl Judge {
    pub(super) fn new(expr: &Expr, want: bool, now: Timestamp) -> Self {
        let says = |datum| says(expr, want, now, datum);
        let shape = match (expr, Words::of(expr)) {
            (_, Some(words)) => Shape::Text(words),
            (Expr::Call(function, arguments), _)
                if function.is_of_type() && matches!(arguments.as_slice(), [Expr::Path(_)]) =>
            {
                Shape::Kind {
                    numbers: says(Datum::Number(0.0)),
                    texts: says(Datum::Text("".into())),
                }
            }
            _ => Shape::Any,
        };
        Self {
            expr: Box::new(expr.clone()),
            want,
            shape,
            now,
        }
    }

    pub(super) fn passes(&self, cell: Cell<'_>, values: &Values, memo: &mut Memo) -> bool {
        match (cell, &self.shape) {
            (Cell::Code(code), _) => {
                let at = if code.is_none() { 0 } else { code.index() + 1 };
                if memo.codes.len() <= at {
                    memo.codes.resize(values.len() + 1, 0);
                }
                if memo.codes[at] == 0 {
                    memo.codes[at] = 1 + u8::from(self.says(cell, values));
                }
                memo.codes[at] == 2
            }
            (Cell::Number(_), Shape::Kind { numbers, .. }) => *numbers,
            (Cell::Text(_), Shape::Kind { texts, .. }) => *texts,
            (Cell::Text(text), Shape::Text(words)) => words.hold(text) == self.want,
            (Cell::Text(_), Shape::Any) => self.says(cell, values),
            (Cell::Number(key), _) => {
                if let Some(known) = memo.numbers.get(&key) {
                    return *known;
                }
                let passes = self.says(cell, values);
                if memo.numbers.len() < MAX_NUMBERS {
                    memo.numbers.insert(key, passes);
                }
                passes
            }
        }
    }

    fn says(&self, cell: Cell<'_>, values: &Values) -> bool {
        says(&self.expr, self.want, self.now, cell.datum(values))
    }
}

fn says(expr: &Expr, want: bool, now: Timestamp, datum: Datum<'_>) -> bool {
    expr.eval(&One { datum, now }) == Datum::Bool(want)
}
