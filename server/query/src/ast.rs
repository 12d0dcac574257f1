//! The syntax tree of a condition.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::QueryError;
use crate::parser;
use crate::path::Path;

/// What stands behind `WHERE`. Its text form is canonical: reading it again gives an equal condition.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Condition {
    /// `None` keeps every row.
    expr: Option<Expr>,
}

/// A condition that tests something.
#[derive(Clone, PartialEq, Debug)]
pub enum Expr {
    /// One comparison.
    Compare(Comparison),
    /// All of at least two, none of which is an `And` itself.
    And(Vec<Expr>),
}

/// `left op right`. Where one side is a path and the other a literal, the path stands left.
#[derive(Clone, PartialEq, Debug)]
pub struct Comparison {
    /// Left of the operator.
    pub left: Operand,
    /// How the sides are compared.
    pub op: Op,
    /// Right of the operator.
    pub right: Operand,
}

/// A side of a comparison.
#[derive(Clone, PartialEq, Debug)]
pub enum Operand {
    /// A value of the row.
    Path(Path),
    /// A value in the text.
    Literal(Literal),
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

    pub(crate) fn into_expr(self) -> Option<Expr> {
        self.expr
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
            Expr::Compare(Comparison {
                left: Operand::Path(term.path),
                op: term.op,
                right: Operand::Literal(term.value),
            })
        }))
    }

    /// Every path it looks at, each once, in order of appearance.
    pub fn paths(&self) -> Vec<Path> {
        fn collect(expr: &Expr, into: &mut Vec<Path>) {
            match expr {
                Expr::And(parts) => parts.iter().for_each(|part| collect(part, into)),
                Expr::Compare(comparison) => {
                    for side in [&comparison.left, &comparison.right] {
                        match side {
                            Operand::Path(path) if !into.contains(path) => into.push(path.clone()),
                            _ => {}
                        }
                    }
                }
            }
        }
        let mut paths = Vec::new();
        if let Some(expr) = &self.expr {
            collect(expr, &mut paths);
        }
        paths
    }
}

impl Term {
    fn of(expr: &Expr) -> Option<Self> {
        match expr {
            Expr::Compare(Comparison {
                left: Operand::Path(path),
                op,
                right: Operand::Literal(value),
            }) => Some(Self {
                path: path.clone(),
                op: *op,
                value: value.clone(),
            }),
            _ => None,
        }
    }
}

impl Comparison {
    /// Puts a lone path to the left; both operators mean the same from either side.
    pub(crate) fn new(left: Operand, op: Op, right: Operand) -> Self {
        let (left, right) = match (left, right) {
            (left @ Operand::Literal(_), right @ Operand::Path(_)) => (right, left),
            sides => sides,
        };
        Self { left, op, right }
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
