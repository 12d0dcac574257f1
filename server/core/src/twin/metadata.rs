//! `$metadata`: when each property was last written, kept small and written out in full only on the wire.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Object;
use crate::time::Timestamp;

/// The stamp of one property and of those below it. Arrays are leaves.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Meta {
    /// `$lastUpdated`.
    #[serde(rename = "t")]
    pub at: Timestamp,
    /// `$lastUpdatedVersion`; only desired properties have it.
    #[serde(rename = "v", skip_serializing_if = "Option::is_none", default)]
    pub version: Option<u64>,
    /// The members of an object.
    #[serde(rename = "c", skip_serializing_if = "BTreeMap::is_empty", default)]
    pub children: BTreeMap<String, Meta>,
}

impl Meta {
    /// The stamp of an empty section.
    pub fn new(at: Timestamp, version: Option<u64>) -> Self {
        Self {
            at,
            version,
            children: BTreeMap::new(),
        }
    }

    /// The stamps of a value that was written as a whole.
    pub fn of(object: &Object, at: Timestamp, version: Option<u64>) -> Self {
        let mut meta = Self::new(at, version);
        for (key, value) in object {
            meta.children
                .insert(key.clone(), Self::of_value(value, at, version));
        }
        meta
    }

    fn of_value(value: &Value, at: Timestamp, version: Option<u64>) -> Self {
        match value {
            Value::Object(object) => Self::of(object, at, version),
            _ => Self::new(at, version),
        }
    }

    /// Follows a merge of `patch` into `before`: what the patch names, and what it lies in, gets the new stamp.
    pub fn touch(&mut self, before: &Object, patch: &Object, at: Timestamp, version: Option<u64>) {
        self.at = at;
        self.version = version;
        for (key, value) in patch {
            match value {
                Value::Null => {
                    self.children.remove(key);
                }
                Value::Object(inner) => self.touch_object(key, before.get(key), inner, at, version),
                _ => {
                    self.children.insert(key.clone(), Self::new(at, version));
                }
            }
        }
    }

    fn touch_object(
        &mut self,
        key: &str,
        before: Option<&Value>,
        patch: &Object,
        at: Timestamp,
        version: Option<u64>,
    ) {
        match before {
            // `{}` on an existing object changes nothing (spec §7.4).
            Some(Value::Object(_)) if patch.is_empty() => {}
            Some(Value::Object(before)) => {
                let child = self
                    .children
                    .entry(key.to_owned())
                    .or_insert_with(|| Self::of(before, at, version));
                child.touch(before, patch, at, version);
            }
            _ => {
                let written = super::merge::merged(&Object::new(), patch);
                self.children
                    .insert(key.to_owned(), Self::of(&written, at, version));
            }
        }
    }

    /// The `$metadata` object of the wire.
    pub fn to_wire(&self) -> Value {
        let mut object = Object::new();
        object.insert("$lastUpdated".into(), self.at.to_string().into());
        if let Some(version) = self.version {
            object.insert("$lastUpdatedVersion".into(), version.into());
        }
        for (key, child) in &self.children {
            object.insert(key.clone(), child.to_wire());
        }
        Value::Object(object)
    }

    /// The stamp of the property at `path`, if there is one.
    pub fn at_path(&self, path: &[&str]) -> Option<&Meta> {
        path.iter()
            .try_fold(self, |meta, key| meta.children.get(*key))
    }
}
