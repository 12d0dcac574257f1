//! Values while they are judged: compared, ordered, calculated with (spec §8.3).

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::Write as _;

use muster_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ast::{Arithmetic, Literal, Op};
use crate::eval::Field;

/// A value of a row or of a calculation.
#[derive(Clone, PartialEq, Debug)]
pub enum Datum<'a> {
    /// There is none.
    Undefined,
    /// It is null.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number; never NaN nor infinite.
    Number(f64),
    /// A text.
    Text(Cow<'a, str>),
    /// A time: a text in the form of IoT Hub, wherever somebody looks.
    Time(Timestamp),
    /// An object or array.
    Json(Cow<'a, Value>),
    /// An object or array that the row does not hold: there, but equal to nothing.
    Opaque,
}

impl<'a> From<Field<'a>> for Datum<'a> {
    fn from(field: Field<'a>) -> Self {
        match field {
            Field::Undefined => Self::Undefined,
            Field::Null => Self::Null,
            Field::Bool(value) => Self::Bool(value),
            Field::Number(value) => Self::number(value),
            Field::Str(value) => Self::Text(Cow::Borrowed(value)),
            Field::Time(value) => Self::Time(value),
            Field::Composite => Self::Opaque,
        }
    }
}

impl<'a> From<&'a Value> for Datum<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Array(_) | Value::Object(_) => Self::Json(Cow::Borrowed(value)),
            plain => Field::from(plain).into(),
        }
    }
}

impl From<Value> for Datum<'static> {
    fn from(value: Value) -> Self {
        match value {
            Value::String(text) => Self::Text(Cow::Owned(text)),
            Value::Array(_) | Value::Object(_) => Self::Json(Cow::Owned(value)),
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::Number(number) => number.as_f64().map_or(Self::Undefined, Self::number),
        }
    }
}

impl<'a> From<&'a Literal> for Datum<'a> {
    fn from(literal: &'a Literal) -> Self {
        Field::from(literal).into()
    }
}

impl<'a> Datum<'a> {
    /// A number; undefined when a calculation left the numbers.
    pub(crate) fn number(value: f64) -> Self {
        if value.is_finite() {
            Self::Number(value)
        } else {
            Self::Undefined
        }
    }

    pub(crate) fn truth(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The text of a text or time.
    pub(crate) fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Time(at) => Some(Cow::Owned(at.to_string())),
            _ => None,
        }
    }

    /// The time that a text stands for.
    fn time(&self) -> Option<Timestamp> {
        match self {
            Self::Time(at) => Some(*at),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The value in an answer; `None` where the member is left out.
    pub fn to_json(&self) -> Option<Value> {
        match self {
            Self::Undefined | Self::Opaque => None,
            Self::Null => Some(Value::Null),
            Self::Bool(value) => Some((*value).into()),
            Self::Number(value) => Some(number_json(*value)),
            Self::Text(text) => Some(Value::String(text.clone().into_owned())),
            Self::Time(at) => Some(Value::String(at.to_string())),
            Self::Json(value) => Some(value.clone().into_owned()),
        }
    }

    /// How two values stand to each other; `None` where the rules do not compare them. Objects and arrays are equal
    /// or not, and in no order.
    pub fn compare(&self, op: Op, other: &Datum<'_>) -> Option<bool> {
        let order = match (self, other) {
            (Self::Null, Datum::Null) if matches!(op, Op::Eq | Op::NotEq) => Ordering::Equal,
            (Self::Bool(a), Datum::Bool(b)) => a.cmp(b),
            (Self::Number(a), Datum::Number(b)) => a.partial_cmp(b)?,
            (Self::Time(a), Datum::Time(b)) => a.cmp(b),
            (Self::Text(a), Datum::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
            (Self::Time(_), Datum::Text(_)) | (Self::Text(_), Datum::Time(_)) => {
                self.text()?.as_bytes().cmp(other.text()?.as_bytes())
            }
            (Self::Json(a), Datum::Json(b))
                if matches!(op, Op::Eq | Op::NotEq) && a.is_array() == b.is_array() =>
            {
                canonical(a).cmp(&canonical(b))
            }
            _ => return None,
        };
        Some(op.holds(order))
    }

    /// Whether two values are the same, whatever their types.
    pub(crate) fn same(&self, other: &Datum<'_>) -> bool {
        self.compare(Op::Eq, other) == Some(true)
    }

    /// `self op other`; undefined for what cannot be calculated.
    pub(crate) fn calculate(&self, op: Arithmetic, other: &Datum<'_>) -> Datum<'static> {
        if let (Self::Number(a), Datum::Number(b)) = (self, other) {
            return Datum::number(match op {
                Arithmetic::Plus => a + b,
                Arithmetic::Minus => a - b,
                Arithmetic::Times => a * b,
                Arithmetic::Over => a / b,
                Arithmetic::Modulo => a % b,
            });
        }
        let moved = |at: Timestamp, seconds: f64| {
            let ms = seconds * 1000.0;
            // Beyond this there are no texts of IoT Hub's form.
            let bounded = ms.abs() < 3.2e14;
            bounded.then(|| Datum::Time(at.plus_ms(ms as i64)))
        };
        let result = match (op, self, other) {
            (Arithmetic::Plus, Self::Text(a), Datum::Text(b)) => {
                Some(Datum::Text(Cow::Owned(format!("{a}{b}"))))
            }
            (Arithmetic::Plus, a, Datum::Number(seconds)) => {
                a.time().and_then(|at| moved(at, *seconds))
            }
            (Arithmetic::Minus, a, Datum::Number(seconds)) => {
                a.time().and_then(|at| moved(at, -seconds))
            }
            (Arithmetic::Minus, a, b) => a
                .time()
                .zip(b.time())
                .map(|(a, b)| Datum::Number(a.since(b) as f64 / 1000.0)),
            _ => None,
        };
        result.unwrap_or(Datum::Undefined)
    }

    /// What orders and groups go by; `None` for undefined.
    pub fn key(&self) -> Option<Key> {
        match self {
            Self::Undefined | Self::Opaque => None,
            Self::Null => Some(Key::Null),
            Self::Bool(value) => Some(Key::Bool(*value)),
            Self::Number(value) => Some(Key::Number(number_key(*value))),
            Self::Text(text) => Some(Key::Text(text.clone().into_owned())),
            Self::Time(at) => Some(Key::Text(at.to_string())),
            Self::Json(value) => Some(Key::Json(canonical(value))),
        }
    }
}

/// A value as orders and groups know it: the same for equal values, in the order of lists.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Key {
    /// Null.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number, as [`number_key`] orders it.
    Number(u64),
    /// A text or time.
    Text(String),
    /// An object or array, written in one way only.
    Json(String),
}

impl Key {
    /// The value again.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Number(key) => number_json(number_of_key(*key)),
            Self::Text(text) => text.clone().into(),
            Self::Json(text) => serde_json::from_str(text).unwrap_or_default(),
        }
    }
}

/// Orders like the number does; 0 and -0 are the same.
pub fn number_key(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    }
}

/// The number of a key.
pub fn number_of_key(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 {
        key & !(1 << 63)
    } else {
        !key
    })
}

/// Whole numbers without a fraction, as people write them.
pub fn number_json(value: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < EXACT {
        (value as i64).into()
    } else {
        serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number)
    }
}

/// One text for all ways of writing the same value: keys in order, numbers by value.
fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write_canonical(value, &mut text);
    text
}

fn write_canonical(value: &Value, into: &mut String) {
    match value {
        Value::Object(object) => {
            let mut keys: Vec<&String> = object.keys().collect();
            keys.sort_unstable();
            into.push('{');
            for (index, key) in keys.into_iter().enumerate() {
                into.push_str(if index > 0 { "," } else { "" });
                write_canonical(&Value::String(key.clone()), into);
                into.push(':');
                write_canonical(&object[key], into);
            }
            into.push('}');
        }
        Value::Array(list) => {
            into.push('[');
            for (index, item) in list.iter().enumerate() {
                into.push_str(if index > 0 { "," } else { "" });
                write_canonical(item, into);
            }
            into.push(']');
        }
        Value::Number(number) => {
            let plain = number.as_f64().map(number_json);
            // Writing to a string does not fail.
            let _ = write!(into, "{}", plain.unwrap_or_default());
        }
        other => {
            let _ = write!(into, "{other}");
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_equal_for_equal_values_only() {
        let check = |a: Value, b: Value, same: bool| {
            let (a, b) = (Datum::from(a), Datum::from(b));
            assert_eq!(a.key() == b.key(), same, "{a:?} {b:?}");
            assert_eq!(a.same(&b), same, "{a:?} {b:?}");
        };
        check(json!(1), json!(1.0), true);
        check(json!(0.0), json!(-0.0), true);
        check(json!(1), json!("1"), false);
        check(
            json!({"a": 1, "b": [2.0]}),
            json!({"b": [2], "a": 1.0}),
            true,
        );
        check(json!([1, 2]), json!([2, 1]), false);
        check(json!(null), json!(null), true);
        check(json!([]), json!({}), false);
    }

    #[test]
    fn keys_stand_in_the_order_of_values() {
        let values = [
            json!(null),
            json!(false),
            json!(true),
            json!(-1.5),
            json!(0),
            json!(3),
            json!(""),
            json!("a"),
        ];
        let keys: Vec<Key> = values
            .iter()
            .map(|v| Datum::from(v).key().unwrap())
            .collect();
        assert!(keys.is_sorted());
        for (key, value) in keys.iter().zip(&values) {
            assert_eq!(key.to_json(), *value);
        }
    }
}
