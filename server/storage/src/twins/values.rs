//! One property of many twins. The documents come as they are stored: finding a value in a text takes less than a
//! database takes to understand the whole of it.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::engine::Packed;
use crate::error::{StorageError, corrupt};

/// The values of some devices at a path of keys.
#[derive(Debug)]
pub struct PropertyValues {
    packed: Packed,
    keys: Vec<String>,
    /// The key of the last device, where there may be more behind it.
    pub next: Option<i64>,
}

impl PropertyValues {
    /// What a statement gave that was asked for `most` devices: key, id and document of each, in the order of keys.
    pub(super) fn new(packed: Packed, keys: &[&str], most: usize) -> Result<Self, StorageError> {
        let (mut count, mut last) = (0, None);
        for fields in packed.plain() {
            count += 1;
            last = Some(fields);
        }
        let next = match last {
            Some([key, id, _]) if count == most => {
                let bad = |cause| corrupt("twin", "device_key", id, cause);
                Some(key.parse().map_err(bad)?)
            }
            _ => None,
        };
        Ok(Self {
            packed,
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            next,
        })
    }

    /// Each device with its value.
    pub fn values(&self) -> Result<Vec<(&str, Option<Value>)>, StorageError> {
        let mut values = Vec::new();
        for [_, id, json] in self.packed.plain() {
            let bad = |cause| corrupt("twin", "properties", id, cause);
            values.push((id, lookup(json, &self.keys).map_err(bad)?));
        }
        Ok(values)
    }
}

/// The value at a path of keys in a document.
fn lookup(json: &str, keys: &[String]) -> Result<Option<Value>, serde_json::Error> {
    Below(keys).deserialize(&mut serde_json::Deserializer::from_str(json))
}

/// What lies at these keys below a value; the rest is skipped.
struct Below<'k>(&'k [String]);

impl<'de> DeserializeSeed<'de> for Below<'_> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Option<Value>, D::Error> {
        match self.0 {
            [] => serde::Deserialize::deserialize(from).map(Some),
            _ => from.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Below<'_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<Value>, A::Error> {
        let (first, rest) = self.0.split_first().expect("visited for a key");
        let mut found = None;
        while let Some(here) = map.next_key_seed(Is(first))? {
            if here {
                found = map.next_value_seed(Below(rest))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<Value>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Option<Value>, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Option<Value>, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Option<Value>, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Option<Value>, E> {
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Option<Value>, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Option<Value>, E> {
        Ok(None)
    }
}

/// Whether a key is this one.
struct Is<'k>(&'k str);

impl<'de> DeserializeSeed<'de> for Is<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<bool, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for Is<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<bool, E> {
        Ok(key == self.0)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// The same by reading all of it.
    fn plainly(value: &Value, keys: &[String]) -> Option<Value> {
        let found = keys
            .iter()
            .try_fold(value, |value, key| value.as_object()?.get(key));
        found.cloned()
    }

    fn document() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(json!(null)),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            any::<i16>().prop_map(|n| json!(f64::from(n) / 4.0)),
            "[a-b\"\\\\{}é\u{1}]{0,4}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map("[ab\"é]{0,2}", inner, 0..4).prop_map(|map| json!(map)),
            ]
        })
    }

    proptest! {
        #[test]
        fn values_are_found_as_by_reading_all(
            document in document(),
            keys in prop::collection::vec("[ab\"é]{0,2}", 0..4),
        ) {
            let found = lookup(&document.to_string(), &keys).unwrap();
            prop_assert_eq!(found, plainly(&document, &keys));
        }
    }

    #[test]
    fn documents_that_are_none_are_errors() {
        for text in ["", "{", "{\"a\":}", "{\"a\":1"] {
            assert!(lookup(text, &["a".to_owned()]).is_err(), "{text}");
        }
    }
}
