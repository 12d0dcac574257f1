//! A value of a column, as readers see it.

use muster_query::datum::number_of_key;
use muster_query::{Datum, Field};
use serde_json::Value;

use crate::dictionary::{Code, Kind, Values, text_key};
use crate::leaf::{Leaf, number_in, number_of};

/// A value: in the dictionary, or where the row is. The same value may lie either way.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Cell<'a> {
    /// By its code; [`Code::NONE`] for no value.
    Code(Code),
    /// A number by its key.
    Number(u64),
    Text(&'a str),
}

impl<'a> Cell<'a> {
    pub(crate) const NONE: Self = Self::Code(Code::NONE);

    pub(crate) fn is_none(self) -> bool {
        self == Self::NONE
    }

    pub(crate) fn kind(self) -> Option<Kind> {
        match self {
            Self::Code(code) => code.kind(),
            Self::Number(_) => Some(Kind::Number),
            Self::Text(_) => Some(Kind::Text),
        }
    }

    /// Orders values of one kind; texts only as far as their first eight bytes go. Not to be asked of no value.
    pub(crate) fn key(self, values: &Values) -> u64 {
        match self {
            Self::Code(code) => values.key(code),
            Self::Number(key) => key,
            Self::Text(text) => text_key(text),
        }
    }

    /// The text of a text; blank for everything else.
    pub(crate) fn text(self, values: &'a Values) -> &'a str {
        match self {
            Self::Text(text) => text,
            Self::Code(code) if code.kind() == Some(Kind::Text) => values.text(code),
            _ => "",
        }
    }

    /// The value as conditions see it.
    pub(crate) fn field(self, values: &'a Values) -> Field<'a> {
        match self {
            Self::Code(code) => values.field(code),
            Self::Number(key) => Field::Number(number_of_key(key)),
            Self::Text(text) => Field::Str(text),
        }
    }

    /// The value with what is inside.
    pub(crate) fn datum(self, values: &'a Values) -> Datum<'a> {
        match self {
            Self::Code(code) if code.kind() == Some(Kind::Composite) => {
                serde_json::from_str::<Value>(values.text(code)).map_or(Datum::Opaque, Datum::from)
            }
            other => other.field(values).into(),
        }
    }

    /// The value as it was given; `None` for no value.
    pub(crate) fn value(self, values: &Values) -> Option<Value> {
        let code = match self {
            Self::Number(key) => return Some(number_of(key)),
            Self::Text(text) => return Some(text.into()),
            Self::Code(code) => code,
        };
        let text = || values.text(code);
        Some(match code.kind()? {
            Kind::Bool => Value::Bool(values.key(code) == 1),
            Kind::Number => number_in(text()).map_or(Value::Null, Value::Number),
            Kind::Text => text().into(),
            Kind::Composite => serde_json::from_str(text()).unwrap_or_default(),
        })
    }

    /// Whether it is this value, written this way.
    pub(crate) fn is(self, leaf: &Leaf<'_>, values: &Values) -> bool {
        match self {
            Self::Number(key) => leaf.number() == Some(key),
            Self::Text(text) => *leaf == Leaf::Text(text),
            Self::Code(code) => {
                code.kind() == Some(leaf.kind()) && values.text(code) == leaf.text()
            }
        }
    }
}
