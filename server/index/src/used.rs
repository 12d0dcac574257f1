//! Columns of desired and reported properties: made for the paths that queries look at, kept up with every commit,
//! given up when there is no room.
//!
//! A column is built while the fleet changes: it begins not ready, takes what was read from storage, and remembers
//! the devices that changed meanwhile; these are read again until there are none.

use std::collections::HashSet;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use muster_core::configuration::Status;
use muster_core::ids::{ConfigurationId, DeviceId};
use muster_core::twin::{Object, merge};
use muster_query::{Path, path};
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::cell::Cell;
use crate::chunk::At;
use crate::column::{Form, Sample};
use crate::dictionary::{Code, Kind};
use crate::fleet::Fleet;
use crate::leaf::Leaf;
use crate::snapshot::Place;

/// Bytes that the index may take before it gives up columns that were not used for long.
pub const MAX_MEMORY: usize = 1_200 << 20;

/// Most columns of properties at once.
pub const MAX_USED: usize = 64;

/// Values of a part that show what the others are.
const SAMPLED: usize = 512;

/// Chunks that are cleared of a column while the writer waits.
const CLEARED_AT_ONCE: usize = 8;

/// A path of twins that queries look at.
#[derive(Debug)]
pub(crate) struct Used {
    pub(crate) path: Path,
    /// What its columns go by.
    pub(crate) code: Code,
    /// All values are there.
    pub(crate) ready: bool,
    /// Devices that changed while it was built.
    unsure: HashSet<DeviceId>,
    /// What new columns are kept in.
    pub(crate) form: Form,
    /// When it was used last, in turns.
    turn: AtomicU64,
}

/// The configuration whose status a path names.
pub fn configuration(path: &Path) -> Option<&str> {
    match path {
        Path::Below("configurations", keys) => {
            let name = keys.strip_suffix(".status")?;
            (!name.contains('.')).then_some(name)
        }
        _ => None,
    }
}

/// The form for columns that begin with these values.
fn form_of(values: &[(impl AsRef<str>, Option<Value>)], now: Form) -> Form {
    let mut sample = Sample::default();
    let some = values.iter().take(SAMPLED);
    for value in some.filter_map(|(_, value)| value.as_ref()) {
        sample.add_value(value);
    }
    sample.form(now)
}

/// Whether there can be a column of this path: a property of twins, not a part of an array nor what the hub writes
/// there itself; or the status of a configuration.
pub fn can_use(path: &Path) -> bool {
    let plain = |keys: &str| {
        let odd = [path::POSITION, '"', '\\', '$'];
        !keys.contains(odd) && keys.split('.').all(|key| !key.is_empty())
    };
    match path {
        Path::Desired(keys) | Path::Reported(keys) => plain(keys),
        Path::Below("configurations", _) => configuration(path).is_some(),
        _ => false,
    }
}

/// Whether a patch leaves nothing of an object: it has a plain value for each key.
fn replaces(patch: &Object, before: &str) -> bool {
    let plain = |value: &Value| !value.is_null() && !value.is_object();
    let mut reader = serde_json::Deserializer::from_str(before);
    patch.values().all(plain) && reader.deserialize_map(KeysIn(patch)).unwrap_or(false)
}

/// Whether all keys of a map are in an object.
struct KeysIn<'o>(&'o Object);

impl<'de> Visitor<'de> for KeysIn<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let mut all = true;
        while let Some(key) = map.next_key::<String>()? {
            all &= self.0.contains_key(&key);
            map.next_value::<IgnoredAny>()?;
        }
        Ok(all)
    }
}

/// What a patch does to the value at a path.
enum Touch<'a> {
    Nothing,
    Value(Option<&'a Value>),
    /// An object is merged into what is there.
    Merge(&'a Object),
}

impl<'a> Touch<'a> {
    fn of(patch: &'a Value, keys: &str) -> Self {
        let mut value = patch;
        for key in keys.split('.') {
            let Value::Object(object) = value else {
                return Self::Value(None);
            };
            match object.get(key) {
                None => return Self::Nothing,
                Some(inner) => value = inner,
            }
        }
        match value {
            Value::Null => Self::Value(None),
            Value::Object(object) => Self::Merge(object),
            other => Self::Value(Some(other)),
        }
    }
}

impl Fleet {
    fn used_at(&self, path: &Path) -> Option<usize> {
        self.used().iter().position(|used| used.path == *path)
    }

    /// Whether all values at a path are there; counts as a use of it.
    pub(crate) fn has_used(&self, path: &Path) -> bool {
        let Some(at) = self.used_at(path) else {
            return false;
        };
        let used = &self.used()[at];
        let turns = self
            .used()
            .iter()
            .map(|used| used.turn.load(Ordering::Relaxed));
        let last = turns.max().unwrap_or_default();
        used.turn.store(last + 1, Ordering::Relaxed);
        used.ready
    }

    /// Begins a column, unless there is one.
    pub(crate) fn begin_used(&mut self, path: &Path) {
        if self.used_at(path).is_none() {
            let code = self.dictionary_mut().hold(Kind::Text, &path.to_string());
            self.used_mut().push(Used {
                path: path.clone(),
                code,
                ready: false,
                unsure: HashSet::new(),
                form: Form::default(),
                turn: AtomicU64::new(0),
            });
            self.has_used(path);
        }
    }

    fn put_value(&mut self, place: Place, path: Code, form: Form, value: Option<&Value>) {
        let leaf = value.and_then(Leaf::compared);
        self.put_used(place, path, leaf.as_ref(), form);
    }

    /// Takes what was read from storage.
    pub(crate) fn fill_used(&mut self, path: &Path, values: &[(impl AsRef<str>, Option<Value>)]) {
        let Some(at) = self.used_at(path) else { return };
        let used = &mut self.used_mut()[at];
        used.form = form_of(values, used.form);
        let (code, form) = (used.code, used.form);
        let mut next = None;
        for (id, value) in values {
            let id = id.as_ref();
            // Devices were mostly made in the order of their ids.
            let beside = next.filter(|next| self.id(*next) == Some(id));
            if let Some(place) = beside.or_else(|| self.place(id).ok()) {
                self.put_value(place, code, form, value.as_ref());
                next = Some(self.behind(place));
            }
        }
    }

    /// The devices to read again; from now on new ones are collected.
    pub(crate) fn unsure(&mut self, path: &Path) -> Vec<DeviceId> {
        let Some(at) = self.used_at(path) else {
            return Vec::new();
        };
        std::mem::take(&mut self.used_mut()[at].unsure)
            .into_iter()
            .collect()
    }

    /// Ends the building, unless devices changed since; whether it has ended.
    pub(crate) fn finish_used(&mut self, path: &Path) -> bool {
        let Some(at) = self.used_at(path) else {
            return true;
        };
        let used = &mut self.used_mut()[at];
        used.ready |= used.unsure.is_empty();
        used.ready
    }

    /// The path that was not used for longest, other than this one.
    pub(crate) fn oldest_used(&self, but: &Path) -> Option<Path> {
        let others = self
            .used()
            .iter()
            .filter(|used| used.ready && used.path != *but);
        let oldest = others.min_by_key(|used| used.turn.load(Ordering::Relaxed));
        oldest.map(|used| used.path.clone())
    }

    /// Gives a column up: no query finds it any more. Gives its code, to clear chunks with.
    pub(crate) fn forget_used(&mut self, path: &Path) -> Option<Code> {
        let at = self.used_at(path)?;
        Some(self.used_mut().remove(at).code)
    }

    /// Clears some chunks of a column that was given up; whether there may be more.
    pub(crate) fn clear_used(&mut self, path: Code) -> bool {
        let mut cleared = 0;
        for number in 0..self.chunks().len() {
            if self.chunks()[number].column(At::Used(path)).is_none() {
                continue;
            }
            if cleared == CLEARED_AT_ONCE {
                return true;
            }
            cleared += 1;
            let taken = self.chunk_mut(Place::new(number, 0)).take_used(path);
            if let Some(column) = taken {
                column.release(self.dictionary_mut());
            }
        }
        self.dictionary_mut().release(path);
        false
    }

    /// A section was patched; `patch` is what was merged into it.
    pub(crate) fn patch_used(&mut self, id: &DeviceId, reported: bool, patch: &Value) {
        let Ok(place) = self.place(id.as_str()) else {
            return;
        };
        for at in 0..self.used().len() {
            let used = &self.used()[at];
            let keys = match &used.path {
                Path::Reported(keys) if reported => keys,
                Path::Desired(keys) if !reported => keys,
                _ => continue,
            };
            let (touch, code, form) = (Touch::of(patch, keys), used.code, used.form);
            match touch {
                Touch::Nothing => {}
                _ if !used.ready => {
                    self.used_mut()[at].unsure.insert(id.clone());
                }
                Touch::Value(value) => self.put_value(place, code, form, value),
                Touch::Merge(patch) => {
                    if let Some(json) = self.merged(place, code, patch) {
                        let leaf = Leaf::Composite(json.into());
                        self.put_used(place, code, Some(&leaf), form);
                    }
                }
            }
        }
    }

    /// These configurations cover a device now, and no others.
    pub(crate) fn cover_used(&mut self, id: &DeviceId, standing: &[(ConfigurationId, Status)]) {
        let Ok(place) = self.place(id.as_str()) else {
            return;
        };
        for at in 0..self.used().len() {
            let used = &self.used()[at];
            let Some(name) = configuration(&used.path) else {
                continue;
            };
            let found = standing.iter().find(|(of, _)| of.as_str() == name);
            let value = found.map(|(_, status)| Value::from(status.as_str()));
            let (ready, code, form) = (used.ready, used.code, used.form);
            if ready {
                self.put_value(place, code, form, value.as_ref());
            } else {
                self.used_mut()[at].unsure.insert(id.clone());
            }
        }
    }

    /// The object at a place after a patch, as JSON; `None` when it stays as it is.
    fn merged(&self, place: Place, path: Code, patch: &Object) -> Option<String> {
        let json = |object: &Object| {
            serde_json::to_string(object).expect("an object with keys that are texts is JSON")
        };
        let values = self.dictionary().values();
        let column = self.chunks()[place.chunk()].column(At::Used(path));
        let before = match column.map(|column| column.get(place.row())) {
            Some(Cell::Code(code)) if code.kind() == Some(Kind::Composite) => values.text(code),
            _ => return Some(json(&merge::without_nulls(patch))),
        };
        // Devices say again and again what has not changed, and then mostly all there is.
        let alone = json(patch);
        if alone == before {
            return None;
        }
        if replaces(patch, before) {
            return Some(alone);
        }
        let before: Value = serde_json::from_str(before).unwrap_or_default();
        Some(json(&match before {
            Value::Object(before) => merge::merged(&before, patch),
            _ => merge::without_nulls(patch),
        }))
    }

    /// All desired properties are these now.
    pub(crate) fn replace_desired(&mut self, id: &DeviceId, place: Place, desired: &Object) {
        for at in 0..self.used().len() {
            let used = &self.used()[at];
            let Path::Desired(keys) = &used.path else {
                continue;
            };
            if !used.ready {
                self.used_mut()[at].unsure.insert(id.clone());
                continue;
            }
            let (value, code, form) = (path::lookup(desired, keys), used.code, used.form);
            self.put_value(place, code, form, value);
        }
    }
}
