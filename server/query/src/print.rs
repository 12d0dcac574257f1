//! The canonical text of a condition and its parts.

use std::fmt::{self, Display, Formatter, Write};

use crate::ast::{Comparison, Condition, Expr, Literal, Op, Operand};
use crate::lexer;

impl Display for Condition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.expr().map_or(Ok(()), |expr| expr.fmt(f))
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compare(comparison) => comparison.fmt(f),
            Self::And(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    f.write_str(if index > 0 { " AND " } else { "" })?;
                    part.fmt(f)?;
                }
                Ok(())
            }
        }
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.left, self.op, self.right)
    }
}

impl Display for Operand {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => path.fmt(f),
            Self::Literal(literal) => literal.fmt(f),
        }
    }
}

impl Display for Op {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Eq => "=",
            Self::NotEq => "!=",
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

/// The keys of a dotted path, each behind a dot, or in brackets where it is not a plain word.
pub(crate) fn keys(f: &mut Formatter<'_>, dotted: &str) -> fmt::Result {
    for key in dotted.split('.') {
        if lexer::is_word(key) {
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
