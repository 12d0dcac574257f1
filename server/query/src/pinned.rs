//! Which texts a condition leaves a path: what lets a list be read by a key instead of row by row.

use crate::ast::{Condition, Expr, Literal, Op};
use crate::path::Path;

impl Condition {
    /// The texts that a path has in the rows this condition keeps, if it names them: each once, sorted. Of other rows
    /// nothing is said.
    pub fn texts_at(&self, path: &Path) -> Option<Vec<&str>> {
        let mut texts = pinned(self.expr()?, path)?;
        texts.sort_unstable();
        texts.dedup();
        Some(texts)
    }
}

fn pinned<'a>(expr: &'a Expr, path: &Path) -> Option<Vec<&'a str>> {
    match expr {
        Expr::Compare(comparison) if comparison.op == Op::Eq => {
            (comparison.left == Expr::Path(path.clone())).then(|| text(&comparison.right))?
        }
        Expr::In(membership) if !membership.negated => {
            let Expr::List(items) = &membership.list else {
                return None;
            };
            if membership.value != Expr::Path(path.clone()) {
                return None;
            }
            let texts: Option<Vec<Vec<&str>>> = items.iter().map(text).collect();
            Some(texts?.concat())
        }
        Expr::And(parts) => parts.iter().find_map(|part| pinned(part, path)),
        Expr::Or(parts) => {
            let each: Option<Vec<Vec<&str>>> =
                parts.iter().map(|part| pinned(part, path)).collect();
            Some(each?.concat())
        }
        _ => None,
    }
}

fn text(expr: &Expr) -> Option<Vec<&str>> {
    match expr {
        Expr::Literal(Literal::String(text)) => Some(vec![text]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;

    #[test]
    fn equalities_and_lists_pin_a_path() {
        let check = |text: &str, want: Option<&[&str]>| {
            let condition = Condition::parse(text).unwrap();
            let found = condition.texts_at(&Path::DeviceId);
            assert_eq!(found.as_deref(), want, "{text}");
        };
        check("", None);
        check("deviceId = 'a'", Some(&["a"]));
        check("'a' = deviceId", Some(&["a"]));
        check("deviceId = 'a' AND status = 'x'", Some(&["a"]));
        check("deviceId IN ['b', 'a', 'b']", Some(&["a", "b"]));
        check("deviceId = 'a' OR deviceId IN ['b']", Some(&["a", "b"]));
        check("deviceId = 'a' OR status = 'x'", None);
        check("NOT deviceId = 'a'", None);
        check("deviceId NIN ['a']", None);
        check("deviceId != 'a'", None);
        check("deviceId = 1", None);
        check("status = 'a'", None);
    }
}
