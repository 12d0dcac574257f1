//! The reference evaluator: three-valued logic over one row (spec §8.3).

use muster_core::twin::Object;
use serde_json::Value;

use crate::ast::{Comparison, Condition, Expr, Literal, Op, Operand};
use crate::path::Path;

/// Something conditions can be asked of.
pub trait Row {
    /// The value at a path.
    fn value(&self, path: &Path) -> Field<'_>;
}

/// A value of a row, as far as comparisons see it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Field<'a> {
    /// There is none.
    Undefined,
    /// It is null.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Str(&'a str),
    /// An object or array: there, but not comparable.
    Composite,
}

impl<'a> Field<'a> {
    /// The value at keys joined with dots, below `object`.
    pub fn at(object: &'a Object, dotted: &str) -> Self {
        let mut object = object;
        let mut keys = dotted.split('.');
        let mut key = keys.next();
        while let Some(name) = key {
            key = keys.next();
            match object.get(name) {
                Some(Value::Object(inner)) if key.is_some() => object = inner,
                Some(found) if key.is_none() => return Self::from(found),
                _ => return Self::Undefined,
            }
        }
        Self::Undefined
    }
}

impl<'a> From<&'a Value> for Field<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(value) => value.as_f64().map_or(Self::Undefined, Self::Number),
            Value::String(value) => Self::Str(value),
            Value::Array(_) | Value::Object(_) => Self::Composite,
        }
    }
}

impl<'a> From<&'a Literal> for Field<'a> {
    fn from(literal: &'a Literal) -> Self {
        match literal {
            Literal::Null => Self::Null,
            Literal::Bool(value) => Self::Bool(*value),
            Literal::Number(value) => Self::Number(*value),
            Literal::String(value) => Self::Str(value),
        }
    }
}

impl Condition {
    /// Asks the condition of a row: true, false, or `None` for undefined. A row is kept only for `Some(true)`.
    pub fn eval(&self, row: &impl Row) -> Option<bool> {
        self.expr().map_or(Some(true), |expr| expr.eval(row))
    }
}

impl Expr {
    fn eval(&self, row: &impl Row) -> Option<bool> {
        match self {
            Self::Compare(comparison) => comparison.eval(row),
            Self::And(parts) => all(parts.iter().map(|part| part.eval(row))),
        }
    }
}

impl Comparison {
    /// Asks the comparison of a row.
    pub fn eval(&self, row: &impl Row) -> Option<bool> {
        compare(field(&self.left, row), self.op, field(&self.right, row))
    }
}

fn field<'a>(operand: &'a Operand, row: &'a impl Row) -> Field<'a> {
    match operand {
        Operand::Path(path) => row.value(path),
        Operand::Literal(literal) => Field::from(literal),
    }
}

/// AND of three-valued parts: false wins, then undefined.
fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(true);
    for part in parts {
        match part {
            Some(false) => return Some(false),
            None => result = None,
            Some(true) => {}
        }
    }
    result
}

/// Compares two values; different types, undefined and composites give `None`. Strings compare by bytes, numbers by
/// value (1 = 1.0).
pub fn compare(left: Field<'_>, op: Op, right: Field<'_>) -> Option<bool> {
    let equal = match (left, right) {
        (Field::Null, Field::Null) => true,
        (Field::Bool(a), Field::Bool(b)) => a == b,
        (Field::Number(a), Field::Number(b)) => a == b,
        (Field::Str(a), Field::Str(b)) => a == b,
        _ => return None,
    };
    Some(match op {
        Op::Eq => equal,
        Op::NotEq => !equal,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    struct Tags(Object);

    impl Row for Tags {
        fn value(&self, path: &Path) -> Field<'_> {
            match path {
                Path::Tag(path) => Field::at(&self.0, path),
                Path::Status => Field::Str("enabled"),
                Path::ModelId => Field::Null,
                _ => Field::Undefined,
            }
        }
    }

    #[test]
    fn logic_is_three_valued() {
        let tags = json!({"site": "b7", "floor": 2, "lab": true, "geo": {"x": 1.5}, "list": [1], "": {"": "deep"}});
        let row = Tags(tags.as_object().unwrap().clone());
        let check = |text: &str, want: Option<bool>| {
            assert_eq!(Condition::parse(text).unwrap().eval(&row), want, "{text}");
        };
        check("", Some(true));
        check("tags.site = 'b7'", Some(true));
        check("tags.site = 'B7'", Some(false));
        check("tags.site != 'b8'", Some(true));
        check("tags.floor = 2.0", Some(true));
        check("tags.floor = 0x02", Some(true));
        check("tags.floor = '2'", None);
        check("tags.floor != '2'", None);
        check("tags.lab = true", Some(true));
        check("tags.lab <> true", Some(false));
        check("tags.geo.x = 1.5", Some(true));
        check("tags.geo = 1.5", None);
        check("tags.geo.x.y = 1", None);
        check("tags.list = 1", None);
        check("tags[''][''] = 'deep'", Some(true));
        check("tags.none = 'b7'", None);
        check("tags.none != 'b7'", None);
        check("tags.Site = 'b7'", None);
        check("modelId = null", Some(true));
        check("modelId != null", Some(false));
        check("modelId = ''", None);
        check("tags.none = null", None);
        check("tags.none = 1 AND status = 'disabled'", Some(false));
        check("tags.none = 1 AND status = 'enabled'", None);
        check("STATUS = 'enabled' and (tags.floor = 2)", Some(true));
        check("tags.site = tags.site", Some(true));
        check("1 = 1", Some(true));
    }
}
