//! The syntax tree of a condition.

use std::str::FromStr;

use muster_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::datum::Datum;
use crate::error::QueryError;
use crate::eval::{Field, Row};
use crate::function::Function;
use crate::parser;
use crate::path::Path;

/// What stands behind `WHERE`. Its text form is canonical: reading it again gives an equal condition.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Condition {
    /// `None` keeps every row.
    expr: Option<Expr>,
}

/// What conditions and columns are made of.
#[derive(Clone, PartialEq, Debug)]
pub enum Expr {
    /// A value of the row.
    Path(Path),
    /// A value in the text.
    Literal(Literal),
    /// `undefined`
    Undefined,
    /// `['a', 'b']`
    List(Vec<Expr>),
    /// One comparison.
    Compare(Box<Comparison>),
    /// `value IN list`
    In(Box<Membership>),
    /// All of at least two, none of which is an `And` itself.
    And(Vec<Expr>),
    /// Any of at least two, none of which is an `Or` itself.
    Or(Vec<Expr>),
    /// The opposite.
    Not(Box<Expr>),
    /// `-x`; never of a number in the text.
    Negative(Box<Expr>),
    /// `a + b`
    Calculate(Box<Calculation>),
    /// `STARTSWITH(tags.site, 'b')`
    Call(Function, Vec<Expr>),
}

/// `left op right`. Where one side is a path and the other a literal, the path stands left.
#[derive(Clone, PartialEq, Debug)]
pub struct Comparison {
    /// Left of the operator.
    pub left: Expr,
    /// How the sides are compared.
    pub op: Op,
    /// Right of the operator.
    pub right: Expr,
}

/// `value IN list`, `value NIN list`.
#[derive(Clone, PartialEq, Debug)]
pub struct Membership {
    /// What is looked for.
    pub value: Expr,
    /// A list, or a path to an array.
    pub list: Expr,
    /// `NIN` or `NOT IN`.
    pub negated: bool,
}

/// `left op right` of numbers, texts and times.
#[derive(Clone, PartialEq, Debug)]
pub struct Calculation {
    /// Left of the operator.
    pub left: Expr,
    /// What is done.
    pub op: Arithmetic,
    /// Right of the operator.
    pub right: Expr,
}

/// How two values are compared.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Op {
    /// `=`
    #[serde(rename = "=")]
    Eq,
    /// `!=`, also written `<>`
    #[serde(rename = "!=")]
    NotEq,
    /// `<`
    #[serde(rename = "<")]
    Less,
    /// `<=`
    #[serde(rename = "<=")]
    LessEq,
    /// `>`
    #[serde(rename = ">")]
    Greater,
    /// `>=`
    #[serde(rename = ">=")]
    GreaterEq,
}

/// What is done with two numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Arithmetic {
    /// `+`; joins two texts, moves a time by seconds.
    Plus,
    /// `-`; seconds between two times, moves a time by seconds.
    Minus,
    /// `*`
    Times,
    /// `/`
    Over,
    /// `%`
    Modulo,
}

/// A value in the text of a condition.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Literal {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A finite number.
    Number(f64),
    /// `'text'` or `"text"`
    String(String),
}

/// One part of a flat condition: what a filter chip shows.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Term {
    /// What is compared.
    pub path: Path,
    /// How.
    pub op: Op,
    /// With what.
    pub value: Literal,
}

impl Condition {
    /// Reads a condition; an empty text and `*` keep every row.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        parser::condition(text)
    }

    /// The condition that keeps every row.
    pub fn all() -> Self {
        Self { expr: None }
    }

    /// The parts that look only at paths that `held` knows: keeps at least every row that this one keeps.
    #[must_use]
    pub fn narrowed(&self, held: impl Fn(&Path) -> bool) -> Self {
        let parts = match &self.expr {
            None => &[],
            Some(Expr::And(parts)) => parts.as_slice(),
            Some(single) => std::slice::from_ref(single),
        };
        let known = |expr: &&Expr| {
            let mut paths = Vec::new();
            expr.collect_paths(&mut paths);
            paths.iter().all(&held)
        };
        Self::all_of(parts.iter().filter(known).cloned())
    }

    /// Whether it keeps every row because it tests nothing.
    pub fn is_all(&self) -> bool {
        self.expr.is_none()
    }

    /// What it tests; `None` keeps every row.
    pub fn expr(&self) -> Option<&Expr> {
        self.expr.as_ref()
    }

    /// Both this and the other.
    #[must_use]
    pub fn and(self, other: Condition) -> Self {
        Self::all_of(self.expr.into_iter().chain(other.expr))
    }

    /// All of these, nested ANDs flattened.
    pub(crate) fn all_of(parts: impl IntoIterator<Item = Expr>) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Expr::And(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        let expr = if flat.len() > 1 {
            Some(Expr::And(flat))
        } else {
            flat.pop()
        };
        Self { expr }
    }

    pub(crate) fn of(expr: Expr) -> Self {
        Self { expr: Some(expr) }
    }

    /// The parts when it is nothing but `path op literal` joined by AND (none for [`Condition::all`]).
    pub fn terms(&self) -> Option<Vec<Term>> {
        let parts = match &self.expr {
            None => &[],
            Some(Expr::And(parts)) => parts.as_slice(),
            Some(single) => std::slice::from_ref(single),
        };
        parts.iter().map(Term::of).collect()
    }

    /// The parts joined by AND.
    pub fn from_terms(terms: impl IntoIterator<Item = Term>) -> Self {
        Self::all_of(terms.into_iter().map(|term| {
            Expr::Compare(Box::new(Comparison {
                left: Expr::Path(term.path),
                op: term.op,
                right: Expr::Literal(term.value),
            }))
        }))
    }

    /// Whether it asks for the present, so that time alone may change what it says.
    pub fn asks_for_now(&self) -> bool {
        let mut asks = false;
        if let Some(expr) = &self.expr {
            expr.each_part(&mut |part| asks |= matches!(part, Expr::Call(Function::Now, _)));
        }
        asks
    }

    /// Every path it looks at, each once, in order of appearance.
    pub fn paths(&self) -> Vec<Path> {
        let mut paths = Vec::new();
        if let Some(expr) = &self.expr {
            expr.collect_paths(&mut paths);
        }
        paths
    }
}

impl Expr {
    /// Adds every path it looks at that is not among them yet.
    pub fn collect_paths(&self, into: &mut Vec<Path>) {
        self.each_part(&mut |part| match part {
            Self::Path(path) if !into.contains(path) => into.push(path.clone()),
            _ => {}
        });
    }

    /// The same with everything worked out that does not look at the row.
    #[must_use]
    pub fn folded(&self, now: Timestamp) -> Self {
        let mut looks = false;
        self.each_part(&mut |part| looks |= matches!(part, Self::Path(_)));
        if !looks {
            return match self.eval(&Nothing(now)) {
                Datum::Undefined | Datum::Opaque => Self::Undefined,
                Datum::Null => Self::Literal(Literal::Null),
                Datum::Bool(value) => Self::Literal(Literal::Bool(value)),
                Datum::Number(value) => Self::Literal(Literal::Number(value)),
                Datum::Text(text) => Self::Literal(Literal::String(text.into_owned())),
                Datum::Time(at) => Self::Literal(Literal::String(at.to_string())),
                Datum::Json(_) => self.clone(),
            };
        }
        let fold = |expr: &Self| expr.folded(now);
        let all = |parts: &[Self]| parts.iter().map(fold).collect();
        match self {
            Self::Path(_) | Self::Literal(_) | Self::Undefined => self.clone(),
            Self::List(items) => Self::List(all(items)),
            Self::And(parts) => Self::And(all(parts)),
            Self::Or(parts) => Self::Or(all(parts)),
            Self::Call(function, arguments) => Self::Call(*function, all(arguments)),
            Self::Not(inner) => Self::Not(Box::new(fold(inner))),
            Self::Negative(inner) => Self::Negative(Box::new(fold(inner))),
            Self::Compare(comparison) => {
                let Comparison { left, op, right } = &**comparison;
                Self::Compare(Box::new(Comparison::new(fold(left), *op, fold(right))))
            }
            Self::In(membership) => Self::In(Box::new(Membership {
                value: fold(&membership.value),
                list: fold(&membership.list),
                negated: membership.negated,
            })),
            Self::Calculate(calculation) => Self::Calculate(Box::new(Calculation {
                left: fold(&calculation.left),
                op: calculation.op,
                right: fold(&calculation.right),
            })),
        }
    }

    /// Tells itself and everything inside.
    fn each_part<'a>(&'a self, tell: &mut impl FnMut(&'a Expr)) {
        tell(self);
        match self {
            Self::Path(_) | Self::Literal(_) | Self::Undefined => {}
            Self::List(parts) | Self::And(parts) | Self::Or(parts) | Self::Call(_, parts) => {
                for part in parts {
                    part.each_part(tell);
                }
            }
            Self::Not(inner) | Self::Negative(inner) => inner.each_part(tell),
            Self::Compare(comparison) => {
                comparison.left.each_part(tell);
                comparison.right.each_part(tell);
            }
            Self::In(membership) => {
                membership.value.each_part(tell);
                membership.list.each_part(tell);
            }
            Self::Calculate(calculation) => {
                calculation.left.each_part(tell);
                calculation.right.each_part(tell);
            }
        }
    }

    /// Whether it is true or false by its form, so that it can stand alone behind `WHERE`.
    pub(crate) fn is_condition(&self) -> bool {
        match self {
            Self::Compare(_) | Self::In(_) | Self::And(_) | Self::Or(_) | Self::Not(_) => true,
            Self::Literal(literal) => matches!(literal, Literal::Bool(_)),
            Self::Call(function, _) => function.is_condition(),
            Self::Path(_)
            | Self::Undefined
            | Self::List(_)
            | Self::Negative(_)
            | Self::Calculate(_) => false,
        }
    }

    /// Any of these, nested ORs flattened.
    pub(crate) fn any_of(parts: impl IntoIterator<Item = Expr>) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Self::Or(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        Self::Or(flat)
    }
}

/// A row without values.
struct Nothing(Timestamp);

impl Row for Nothing {
    fn value(&self, _: &Path) -> Field<'_> {
        Field::Undefined
    }

    fn now(&self) -> Option<Timestamp> {
        Some(self.0)
    }
}

impl Term {
    fn of(expr: &Expr) -> Option<Self> {
        let Expr::Compare(comparison) = expr else {
            return None;
        };
        match &**comparison {
            Comparison {
                left: Expr::Path(path),
                op,
                right: Expr::Literal(value),
            } => Some(Self {
                path: path.clone(),
                op: *op,
                value: value.clone(),
            }),
            _ => None,
        }
    }
}

impl Comparison {
    /// Puts a lone path to the left, and reads a job type of the documentation as the one of the API (spec §8.4).
    pub(crate) fn new(left: Expr, op: Op, right: Expr) -> Self {
        let (left, op, mut right) = match (left, right) {
            (left @ Expr::Literal(_), right @ Expr::Path(_)) => (right, op.flipped(), left),
            (left, right) => (left, op, right),
        };
        if left == Expr::Path(Path::System("jobType"))
            && let Expr::Literal(Literal::String(kind)) = &mut right
            && kind.eq_ignore_ascii_case("scheduleTwinUpdate")
        {
            "scheduleUpdateTwin".clone_into(kind);
        }
        Self { left, op, right }
    }
}

impl Op {
    /// The operator that is false where this one is true, and the other way round.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Eq => Self::NotEq,
            Self::NotEq => Self::Eq,
            Self::Less => Self::GreaterEq,
            Self::LessEq => Self::Greater,
            Self::Greater => Self::LessEq,
            Self::GreaterEq => Self::Less,
        }
    }

    /// The same with the sides swapped.
    #[must_use]
    pub fn flipped(self) -> Self {
        match self {
            Self::Eq | Self::NotEq => self,
            Self::Less => Self::Greater,
            Self::LessEq => Self::GreaterEq,
            Self::Greater => Self::Less,
            Self::GreaterEq => Self::LessEq,
        }
    }

    /// Whether two values in this order compare so.
    pub fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Eq => order.is_eq(),
            Self::NotEq => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessEq => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterEq => order.is_ge(),
        }
    }
}

impl FromStr for Condition {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Condition {
    type Error = QueryError;

    fn try_from(text: String) -> Result<Self, QueryError> {
        Self::parse(&text)
    }
}

impl From<Condition> for String {
    fn from(condition: Condition) -> String {
        condition.to_string()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn parse(text: &str) -> Condition {
        Condition::parse(text).unwrap()
    }

    #[test]
    fn and_joins_flat() {
        let check = |a: &str, b: &str, want: &str| {
            assert_eq!(parse(a).and(parse(b)), parse(want), "{a} | {b}");
        };
        check("", "", "");
        check("status = 'enabled'", "*", "status = 'enabled'");
        check(
            "tags.a = 1 AND tags.b = 2",
            "tags.c = 3",
            "tags.a = 1 AND tags.b = 2 AND tags.c = 3",
        );
    }

    #[test]
    fn terms_are_what_chips_show() {
        let check = |text: &str, want: Option<usize>| {
            let condition = parse(text);
            let terms = condition.terms();
            assert_eq!(terms.as_ref().map(Vec::len), want, "{text}");
            if let Some(terms) = terms {
                assert_eq!(Condition::from_terms(terms), condition, "{text}");
            }
        };
        check("", Some(0));
        check("tags.a = 1", Some(1));
        check("'b7' = tags.a AND (stage != 'retired')", Some(2));
        check("tags.a = tags.b AND stage = 'active'", None);
        check("1 = 1", None);
        check("60 <= tags.every", Some(1));
        check("tags.a = 1 OR tags.b = 2", None);
        check("tags.a IN [1]", None);
    }

    #[test]
    fn paths_come_once_each() {
        let condition = parse("tags.b = 1 AND status = 'enabled' AND tags.b != tags.a");
        let paths: Vec<_> = condition.paths().iter().map(ToString::to_string).collect();
        assert_eq!(paths, ["tags.b", "status", "tags.a"]);
    }

    #[test]
    fn stored_form_is_the_text() {
        let condition = parse("tags.region = 'north'");
        let json = serde_json::to_string(&condition).unwrap();
        assert_eq!(json, r#""tags.region = 'north'""#);
        assert_eq!(serde_json::from_str::<Condition>(&json).unwrap(), condition);
        assert!(serde_json::from_str::<Condition>(r#""tags.""#).is_err());
    }
}
