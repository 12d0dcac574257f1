//! What a person may see: the union of the scopes of their roles.

use crate::ast::Condition;
use crate::eval::Row;

/// The union of conditions: a row is inside when any of them keeps it.
#[derive(Clone, PartialEq, Debug)]
pub struct Scope {
    /// Either the one condition that keeps everything, or conditions that test something, each once.
    parts: Vec<Condition>,
}

impl Scope {
    /// The whole fleet.
    pub fn everything() -> Self {
        Self {
            parts: vec![Condition::all()],
        }
    }

    /// No device at all.
    pub fn nothing() -> Self {
        Self { parts: Vec::new() }
    }

    /// Whatever any of the conditions keeps; nothing when there are none.
    pub fn of(conditions: Vec<Condition>) -> Self {
        let mut parts: Vec<Condition> = Vec::new();
        for condition in conditions {
            if condition.is_all() {
                return Self::everything();
            }
            if !parts.contains(&condition) {
                parts.push(condition);
            }
        }
        Self { parts }
    }

    /// Whether nothing is left out.
    pub fn is_everything(&self) -> bool {
        self.parts.iter().any(Condition::is_all)
    }

    /// Whether no row can be inside.
    pub fn is_nothing(&self) -> bool {
        self.parts.is_empty()
    }

    /// The conditions whose union it is.
    pub fn conditions(&self) -> &[Condition] {
        &self.parts
    }

    /// Whether the row is inside.
    pub fn contains(&self, row: &impl Row) -> bool {
        self.parts.iter().any(|part| part.eval(row) == Some(true))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::eval::Field;
    use crate::path::Path;

    /// A device at a site.
    struct At(&'static str);

    impl Row for At {
        fn value(&self, path: &Path) -> Field<'_> {
            match path.tag() {
                Some("site") => Field::Str(self.0),
                _ => Field::Undefined,
            }
        }
    }

    #[test]
    fn a_scope_is_a_union() {
        let check = |texts: &[&str], inside: &[&str]| {
            let parts = texts.iter().map(|t| Condition::parse(t).unwrap()).collect();
            let scope = Scope::of(parts);
            for site in ["b7", "b8", "b9"] {
                let want = inside.contains(&site);
                assert_eq!(scope.contains(&At(site)), want, "{texts:?} {site}");
            }
            assert_eq!(scope.is_nothing(), texts.is_empty());
        };
        check(&[], &[]);
        check(&["tags.site = 'b7'"], &["b7"]);
        check(&["tags.site = 'b7'", "tags.site = 'b8'"], &["b7", "b8"]);
        check(&["tags.site = 'b7'", ""], &["b7", "b8", "b9"]);
        check(&["tags.region = 'north'"], &[]);
        assert!(Scope::of(vec![Condition::all()]).is_everything());
        assert_eq!(Scope::of(vec![Condition::all()]), Scope::everything());
        assert!(!Scope::nothing().is_everything());
    }
}
