//! The canonical text of conditions, queries and their parts.

use std::fmt::{self, Display, Formatter, Write};

use crate::ast::{Arithmetic, Condition, Expr, Literal, Op};
use crate::lexer;
use crate::path::POSITION;
use crate::query::{Aggregate, By, Column, Query, Select, Source, Total, What};

impl Display for Condition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.expr().map_or(Ok(()), |expr| expr.fmt(f))
    }
}

/// How tightly an expression holds together; what holds less stands in parentheses.
fn binding(expr: &Expr) -> u8 {
    match expr {
        Expr::Or(_) => 1,
        Expr::And(_) => 2,
        Expr::Not(_) => 3,
        Expr::Compare(_) | Expr::In(_) => 4,
        Expr::Calculate(calculation) => match calculation.op {
            Arithmetic::Plus | Arithmetic::Minus => 5,
            Arithmetic::Times | Arithmetic::Over | Arithmetic::Modulo => 6,
        },
        Expr::Negative(_) => 7,
        Expr::Path(_) | Expr::Literal(_) | Expr::Undefined | Expr::List(_) | Expr::Call(..) => 8,
    }
}

/// Writes a part that has to hold together at least so tightly.
fn part(f: &mut Formatter<'_>, expr: &Expr, at_least: u8) -> fmt::Result {
    if binding(expr) < at_least {
        write!(f, "({expr})")
    } else {
        expr.fmt(f)
    }
}

fn joined(f: &mut Formatter<'_>, parts: &[Expr], with: &str, at_least: u8) -> fmt::Result {
    for (index, expr) in parts.iter().enumerate() {
        f.write_str(if index > 0 { with } else { "" })?;
        part(f, expr, at_least)?;
    }
    Ok(())
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => path.fmt(f),
            Self::Literal(literal) => literal.fmt(f),
            Self::Undefined => f.write_str("undefined"),
            Self::List(items) => {
                // `[[` would begin a key.
                let nested = matches!(items.first(), Some(Self::List(_)));
                f.write_str(if nested { "[ " } else { "[" })?;
                joined(f, items, ", ", 0)?;
                f.write_char(']')
            }
            Self::Compare(comparison) => {
                part(f, &comparison.left, 5)?;
                write!(f, " {} ", comparison.op)?;
                part(f, &comparison.right, 5)
            }
            Self::In(membership) => {
                part(f, &membership.value, 5)?;
                f.write_str(if membership.negated { " NIN " } else { " IN " })?;
                part(f, &membership.list, 5)
            }
            Self::And(parts) => joined(f, parts, " AND ", 3),
            Self::Or(parts) => joined(f, parts, " OR ", 2),
            Self::Not(inner) => {
                f.write_str("NOT ")?;
                part(f, inner, 3)
            }
            Self::Negative(inner) => {
                f.write_char('-')?;
                part(f, inner, 7)
            }
            Self::Calculate(calculation) => {
                let own = binding(self);
                part(f, &calculation.left, own)?;
                write!(f, " {} ", calculation.op)?;
                part(f, &calculation.right, own + 1)
            }
            Self::Call(function, arguments) => {
                write!(f, "{}(", function.name())?;
                joined(f, arguments, ", ", 0)?;
                f.write_char(')')
            }
        }
    }
}

impl Display for Op {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Eq => "=",
            Self::NotEq => "!=",
            Self::Less => "<",
            Self::LessEq => "<=",
            Self::Greater => ">",
            Self::GreaterEq => ">=",
        })
    }
}

impl Display for Arithmetic {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::Over => "/",
            Self::Modulo => "%",
        })
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => value.fmt(f),
            Self::Number(value) => number(f, *value),
            Self::String(value) => quoted(f, value),
        }
    }
}

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("SELECT ")?;
        if self.distinct {
            f.write_str("DISTINCT ")?;
        }
        if let Some(top) = self.top {
            write!(f, "TOP {top} ")?;
        }
        match &self.select {
            Select::All => f.write_char('*')?,
            Select::Columns(columns) => {
                for (index, column) in columns.iter().enumerate() {
                    write!(f, "{}{column}", if index > 0 { ", " } else { "" })?;
                }
            }
        }
        write!(f, " FROM {}", self.source)?;
        if !self.condition.is_all() {
            write!(f, " WHERE {}", self.condition)?;
        }
        if !self.groups.is_empty() {
            f.write_str(" GROUP BY ")?;
            joined(f, &self.groups, ", ", 0)?;
        }
        for (index, order) in self.order.iter().enumerate() {
            f.write_str(if index > 0 { ", " } else { " ORDER BY " })?;
            match &order.by {
                By::Column(column) => key(f, &self.names()[*column])?,
                By::Value(expr) => expr.fmt(f)?,
            }
            f.write_str(if order.descending { " DESC" } else { "" })?;
        }
        Ok(())
    }
}

impl Display for Column {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Value(expr) => expr.fmt(f)?,
            What::Aggregate(aggregate) => aggregate.fmt(f)?,
        }
        match &self.alias {
            Some(alias) => {
                f.write_str(" AS ")?;
                key(f, alias)
            }
            None => Ok(()),
        }
    }
}

impl Display for Aggregate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.total)?;
        if let Some(of) = &self.of {
            of.fmt(f)?;
        }
        f.write_char(')')
    }
}

impl Display for Total {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Display for Source {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Devices => "devices",
            Self::Modules => "devices.modules",
            Self::Jobs => "devices.jobs",
        })
    }
}

/// Digits as they are, with an exponent where there would be too many.
fn number(f: &mut Formatter<'_>, value: f64) -> fmt::Result {
    let size = value.abs();
    if size != 0.0 && !(1e-7..1e21).contains(&size) {
        write!(f, "{value:e}")
    } else {
        write!(f, "{value}")
    }
}

/// In single quotes; control characters as `\u….`, so that the text stays on one line.
fn quoted(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('\'')?;
    for c in text.chars() {
        match c {
            '\'' | '\\' => write!(f, "\\{c}")?,
            c if c.is_control() => write!(f, "\\u{:04x}", u32::from(c))?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('\'')
}

/// A name that stands alone: plain, or in double brackets.
fn key(f: &mut Formatter<'_>, name: &str) -> fmt::Result {
    if lexer::is_word(name) && !crate::parser::is_keyword(name) {
        f.write_str(name)
    } else {
        write!(f, "[[{name}]]")
    }
}

/// The keys of a dotted path, each behind a dot, or in brackets where it is not a plain word.
pub(crate) fn keys(f: &mut Formatter<'_>, dotted: &str) -> fmt::Result {
    for key in dotted.split('.') {
        if let Some(place) = key.strip_prefix(POSITION) {
            write!(f, "[{place}]")?;
        } else if lexer::is_word(key) {
            write!(f, ".{key}")?;
        } else {
            f.write_char('[')?;
            quoted(f, key)?;
            f.write_char(']')?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_have_one_text() {
        let check = |literal: Literal, want: &str| assert_eq!(literal.to_string(), want);
        check(Literal::Null, "null");
        check(Literal::Bool(true), "true");
        check(Literal::Number(1.0), "1");
        check(Literal::Number(-2.5), "-2.5");
        check(Literal::Number(1e300), "1e300");
        check(Literal::Number(5e-324), "5e-324");
        check(Literal::String("it's\\\n".into()), "'it\\'s\\\\\\u000a'");
    }
}
