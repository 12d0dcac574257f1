//! A twin document as a row (spec §7.1).

use muster_core::time::Timestamp;
use muster_core::twin::Object;
use serde_json::Value;

use crate::datum::Datum;
use crate::eval::{Field, Row};
use crate::path::{self, Path};

/// A document of the service side at a moment.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// The twin (or job) as the service side reads it.
    pub twin: &'a Object,
    /// What Muster knows beside it, by the same names as in queries: `stage`, `contact`, `drift`.
    pub beside: &'a Object,
    /// What `now()` says.
    pub now: Timestamp,
}

impl<'a> Document<'a> {
    /// The JSON at a path.
    pub fn find(&self, path: &Path) -> Option<&'a Value> {
        let (names, keys) = path.parts();
        let first = names[0];
        let mut value = self.twin.get(first).or_else(|| self.beside.get(first))?;
        for name in &names[1..] {
            value = value.get(name)?;
        }
        match keys {
            Some(keys) => path::lookup(value.as_object()?, keys),
            None => Some(value),
        }
    }
}

impl Row for Document<'_> {
    fn value(&self, path: &Path) -> Field<'_> {
        self.find(path).map_or(Field::Undefined, Field::from)
    }

    fn datum(&self, path: &Path) -> Datum<'_> {
        self.find(path).map_or(Datum::Undefined, Datum::from)
    }

    fn now(&self) -> Option<Timestamp> {
        Some(self.now)
    }
}
