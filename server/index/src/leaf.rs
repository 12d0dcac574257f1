//! A value on its way into the index.

use std::borrow::Cow;

use muster_query::datum::{number_key, number_of_key};
use serde_json::{Number, Value};

use crate::dictionary::Kind;

/// Whole numbers up to here have a float of their own.
const WHOLE: f64 = (1_u64 << 53) as f64;

/// A single value, or what stays whole.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Leaf<'a> {
    Bool(bool),
    Number(Number),
    Text(&'a str),
    /// A list or an object, as JSON.
    Composite(Cow<'a, str>),
}

impl<'a> Leaf<'a> {
    /// A value that will be shown again as it is. Nulls are never stored (spec §7.4) and stand for nothing.
    pub(crate) fn of(value: &'a Value) -> Option<Self> {
        Some(match value {
            Value::Null => return None,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(number.clone()),
            Value::String(text) => Self::Text(text),
            Value::Array(_) | Value::Object(_) => Self::Composite(value.to_string().into()),
        })
    }

    /// A value that is only compared and calculated with: 1.0 is 1.
    pub(crate) fn compared(value: &'a Value) -> Option<Self> {
        let whole = |number: &Number| number.as_f64().and_then(whole);
        match value {
            Value::Number(number) if number.is_f64() => {
                let number = whole(number).map_or_else(|| number.clone(), Number::from);
                Some(Self::Number(number))
            }
            other => Self::of(other),
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Bool(_) => Kind::Bool,
            Self::Number(_) => Kind::Number,
            Self::Text(_) => Kind::Text,
            Self::Composite(_) => Kind::Composite,
        }
    }

    /// The text as it is, or as JSON.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Bool(true) => "true".into(),
            Self::Bool(false) => "false".into(),
            Self::Number(number) => number.to_string().into(),
            Self::Text(text) => (*text).into(),
            Self::Composite(json) => json.as_ref().into(),
        }
    }

    /// The key of a number that is written as [`number_of`] writes numbers of this value.
    pub(crate) fn number(&self) -> Option<u64> {
        let Self::Number(number) = self else {
            return None;
        };
        let value = number.as_f64()?;
        let plain = match whole(value) {
            Some(whole) => number.as_i64() == Some(whole),
            None => number.is_f64(),
        };
        plain.then(|| number_key(value))
    }
}

/// The integer of this value, where numbers of this size have one each.
fn whole(value: f64) -> Option<i64> {
    let whole = value.fract() == 0.0 && value.abs() < WHOLE;
    whole.then_some(value as i64)
}

/// The number of a key: without a point where it needs none.
pub(crate) fn number_of(key: u64) -> Value {
    let value = number_of_key(key);
    let float = || Number::from_f64(value).map_or(Value::Null, Value::Number);
    whole(value).map_or_else(float, Value::from)
}

/// The number that a text of the dictionary stands for.
pub(crate) fn number_in(text: &str) -> Option<Number> {
    let integer = text.parse::<i64>().map(Number::from);
    let natural = || text.parse::<u64>().map(Number::from);
    let float = || text.parse().ok().and_then(Number::from_f64);
    integer.or_else(|_| natural()).ok().or_else(float)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn numbers_lie_in_place_when_their_value_says_how_they_are_written() {
        let check = |value: Value, in_place: bool| {
            let key = Leaf::of(&value).unwrap().number();
            assert_eq!(key.is_some(), in_place, "{value}");
            if let Some(key) = key {
                assert_eq!(number_of(key), value);
            }
        };
        for value in [
            json!(0),
            json!(-7),
            json!(1.5),
            json!(9_007_199_254_740_991_i64),
            json!(1e300),
        ] {
            check(value, true);
        }
        for value in [
            json!(1.0),
            json!(-0.0),
            json!(9_007_199_254_740_993_i64),
            json!(u64::MAX),
            json!("1"),
            json!(true),
        ] {
            check(value, false);
        }
    }

    #[test]
    fn compared_numbers_forget_how_they_were_written() {
        let check = |value: Value, want: Value| {
            assert_eq!(Leaf::compared(&value), Leaf::of(&want), "{value}");
        };
        check(json!(1.0), json!(1));
        check(json!(-0.0), json!(0));
        check(json!(1.5), json!(1.5));
        check(json!(1e300), json!(1e300));
        check(json!("1.0"), json!("1.0"));
        check(json!(null), json!(null));
    }

    proptest! {
        #[test]
        fn numbers_in_place_come_back(number in any::<f64>(), integer in any::<i64>()) {
            for value in [json!(number), json!(integer), json!(number.trunc()), json!(integer >> 12)] {
                let Some(key) = Leaf::of(&value).and_then(|leaf| leaf.number()) else { continue };
                prop_assert_eq!(number_of(key), value);
            }
        }
    }
}
