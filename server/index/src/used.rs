//! Columns of desired and reported properties: made for the paths that queries look at, kept up with every commit,
//! given up when there is no room.
//!
//! A column is built while the fleet changes: it begins not ready, takes what was read from storage, and remembers
//! the devices that changed meanwhile; these are read again until there are none.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};

use muster_core::configuration::Status;
use muster_core::ids::{ConfigurationId, DeviceId};
use muster_core::twin::{Object, merge};
use muster_query::{Path, path};
use serde_json::Value;

use crate::dictionary::{Code, Kind};
use crate::fleet::Fleet;
use crate::snapshot::Place;
use crate::tags;

/// Bytes that the index may take before it gives up columns that were not used for long.
pub const MAX_MEMORY: usize = 1_200 << 20;

/// Most columns of properties at once.
pub const MAX_USED: usize = 64;

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
                turn: AtomicU64::new(0),
            });
            self.has_used(path);
        }
    }

    /// Puts a value at a place, or none.
    pub(crate) fn set_used(&mut self, place: Place, path: Code, code: Code) {
        let before = self.chunk_mut(place).set_used(place.row(), path, code);
        // A value that was there already is held once too often now.
        self.dictionary_mut().release(before);
    }

    fn put_used(&mut self, place: Place, path: Code, value: Option<&Value>) {
        let code = match value.and_then(tags::leaf) {
            Some((kind, text)) => self.dictionary_mut().hold(kind, &text),
            None => Code::NONE,
        };
        self.set_used(place, path, code);
    }

    /// Takes what was read from storage.
    pub(crate) fn fill_used(&mut self, path: &Path, values: &[(DeviceId, Option<Value>)]) {
        let Some(at) = self.used_at(path) else { return };
        let code = self.used()[at].code;
        for (id, value) in values {
            if let Ok(place) = self.place(id.as_str()) {
                self.put_used(place, code, value.as_ref());
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
            if self.chunks()[number].used(path).is_none() {
                continue;
            }
            if cleared == CLEARED_AT_ONCE {
                return true;
            }
            cleared += 1;
            let taken = self.chunk_mut(Place::new(number, 0)).take_used(path);
            for (_, code) in taken.iter().flat_map(|column| column.iter()) {
                self.dictionary_mut().release(code);
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
            let (touch, code) = (Touch::of(patch, keys), used.code);
            match touch {
                Touch::Nothing => {}
                _ if !used.ready => {
                    self.used_mut()[at].unsure.insert(id.clone());
                }
                Touch::Value(value) => self.put_used(place, code, value),
                Touch::Merge(patch) => {
                    let merged = match self.object_at(place, code) {
                        Some(object) => merge::merged(&object, patch),
                        None => merge::without_nulls(patch),
                    };
                    self.put_used(place, code, Some(&Value::Object(merged)));
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
            let (ready, code) = (used.ready, used.code);
            if ready {
                self.put_used(place, code, value.as_ref());
            } else {
                self.used_mut()[at].unsure.insert(id.clone());
            }
        }
    }

    fn object_at(&self, place: Place, path: Code) -> Option<Object> {
        let code = self.chunks()[place.chunk()].used(path)?.get(place.row());
        if code.kind() != Some(Kind::Composite) {
            return None;
        }
        serde_json::from_str(self.dictionary().values().text(code)).ok()
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
            let (value, code) = (path::lookup(desired, keys), used.code);
            self.put_used(place, code, value);
        }
    }
}
