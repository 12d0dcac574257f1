//! The reference evaluator: three-valued logic over one row (spec §8.3).

use muster_core::time::Timestamp;
use muster_core::twin::Object;
use serde_json::Value;

use crate::ast::{Condition, Expr, Literal, Op};
use crate::call::call;
use crate::datum::Datum;
use crate::path::{self, Path};

/// Something conditions can be asked of.
pub trait Row {
    /// The value at a path.
    fn value(&self, path: &Path) -> Field<'_>;

    /// The value at a path with what is inside objects and arrays, for rows that hold that.
    fn datum(&self, path: &Path) -> Datum<'_> {
        self.value(path).into()
    }

    /// The moment the row is seen at: what `now()` says; undefined without.
    fn now(&self) -> Option<Timestamp> {
        None
    }
}

/// A value of a row, as far as it is held in place.
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
    /// A time, compared as the text of IoT Hub's form.
    Time(Timestamp),
    /// An object or array; what is inside says [`Row::datum`].
    Composite,
}

impl<'a> Field<'a> {
    /// The value at keys joined with dots, below `object`.
    pub fn at(object: &'a Object, dotted: &str) -> Self {
        path::lookup(object, dotted).map_or(Self::Undefined, Self::from)
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
        self.expr()
            .map_or(Some(true), |expr| expr.eval(row).truth())
    }
}

impl Expr {
    /// The value for a row.
    pub fn eval<'a, R: Row>(&'a self, row: &'a R) -> Datum<'a> {
        match self {
            Self::Path(path) => row.datum(path),
            Self::Literal(literal) => literal.into(),
            Self::Undefined => Datum::Undefined,
            Self::List(items) => items
                .iter()
                .map(|item| item.eval(row).to_json())
                .collect::<Option<Vec<Value>>>()
                .map_or(Datum::Undefined, |list| Value::Array(list).into()),
            Self::Compare(comparison) => {
                let (left, right) = (comparison.left.eval(row), comparison.right.eval(row));
                of_truth(left.compare(comparison.op, &right))
            }
            Self::In(membership) => {
                let value = membership.value.eval(row);
                let found = contains(&value, &membership.list, row);
                of_truth(found.map(|found| found != membership.negated))
            }
            Self::And(parts) => of_truth(decided(parts, false, row)),
            Self::Or(parts) => of_truth(decided(parts, true, row)),
            Self::Not(inner) => of_truth(inner.eval(row).truth().map(|truth| !truth)),
            Self::Negative(inner) => match inner.eval(row) {
                Datum::Number(value) => Datum::Number(0.0 - value),
                _ => Datum::Undefined,
            },
            Self::Calculate(calculation) => {
                let (left, right) = (calculation.left.eval(row), calculation.right.eval(row));
                left.calculate(calculation.op, &right)
            }
            Self::Call(function, arguments) => call(*function, arguments, row),
        }
    }
}

fn of_truth(truth: Option<bool>) -> Datum<'static> {
    truth.map_or(Datum::Undefined, Datum::Bool)
}

/// AND and OR of three-valued parts: the deciding value wins, then undefined.
fn decided(parts: &[Expr], deciding: bool, row: &impl Row) -> Option<bool> {
    let mut result = Some(!deciding);
    for part in parts {
        match part.eval(row).truth() {
            Some(truth) if truth == deciding => return Some(deciding),
            None => result = None,
            Some(_) => {}
        }
    }
    result
}

/// Whether a value is in a list. A value of another type than the list's is simply not in it; no value at all, or no
/// list, is undefined.
fn contains(value: &Datum<'_>, list: &Expr, row: &impl Row) -> Option<bool> {
    if matches!(value, Datum::Undefined | Datum::Opaque) {
        return None;
    }
    if let Expr::List(items) = list {
        return Some(items.iter().any(|item| value.same(&item.eval(row))));
    }
    match list.eval(row) {
        Datum::Json(list) => Some(
            list.as_array()?
                .iter()
                .any(|item| value.same(&Datum::from(item))),
        ),
        _ => None,
    }
}

/// Compares two values; different types, undefined and composites give `None`. Strings compare by bytes, numbers by
/// value (1 = 1.0).
pub fn compare(left: Field<'_>, op: Op, right: Field<'_>) -> Option<bool> {
    Datum::from(left).compare(op, &right.into())
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
