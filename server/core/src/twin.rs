//! The device twin (spec §7): tags, desired and reported properties, their versions and metadata.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::device::ETag;
use crate::time::Timestamp;

pub mod drift;
pub mod history;
pub mod limits;
pub mod merge;
pub mod metadata;

pub use limits::TwinError;
pub use metadata::Meta;

/// A JSON object.
pub type Object = Map<String, Value>;

/// Desired or reported properties.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Section {
    /// The properties, without `$metadata` and `$version`.
    pub value: Object,
    /// When each property was last written.
    pub meta: Meta,
    /// Revision of this section; starts at 1, moves with each accepted write.
    pub version: u64,
}

/// The whole document.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Twin {
    /// What people and tools say about the device; the device never sees it.
    pub tags: Object,
    /// What the device should be.
    pub desired: Section,
    /// What the device says it is.
    pub reported: Section,
    /// Revision of the document; moves with any write.
    pub version: u64,
    /// Concurrency token of tags and desired; reported writes leave it alone.
    pub etag: ETag,
}

/// How sections of a service-side write are taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Mode {
    /// Merge patch (HTTP PATCH): absent sections stay.
    Merge,
    /// Replacement (HTTP PUT): absent sections become empty.
    Replace,
}

/// A write from the service side.
#[derive(Clone, PartialEq, Debug)]
pub struct ServiceWrite {
    /// Merge or replace.
    pub mode: Mode,
    /// New tags or a patch of them; JSON null clears the section.
    pub tags: Option<Value>,
    /// New desired properties or a patch of them; JSON null clears the section.
    pub desired: Option<Value>,
}

/// What a service-side write did, for events and notifications.
#[derive(Clone, PartialEq, Debug)]
pub struct ServiceApplied {
    /// The tags as they were written, when they were.
    pub tags: Option<Value>,
    /// The payload of the device's notification (patch as written, or the whole new section after a
    /// replacement) with its `$version`, when desired was written.
    pub desired: Option<Value>,
}

impl Twin {
    /// The twin of a new identity.
    pub fn new(at: Timestamp) -> Self {
        let section = |stamp| Section {
            value: Object::new(),
            meta: Meta::new(at, stamp),
            version: 1,
        };
        Self {
            tags: Object::new(),
            desired: section(Some(1)),
            reported: section(None),
            version: 1,
            etag: ETag::FIRST,
        }
    }

    /// Applies a write of tags and desired properties: all of it, or nothing and an error.
    pub fn apply_service(
        &mut self,
        write: &ServiceWrite,
        at: Timestamp,
    ) -> Result<ServiceApplied, TwinError> {
        let (mut tags, mut section) = (None, None);
        let mut applied = ServiceApplied {
            tags: None,
            desired: None,
        };
        if let Some(patch) = section_of(write.mode, write.tags.as_ref(), "tags")? {
            let next = match write.mode {
                Mode::Merge if !patch.is_null() => {
                    merge::merged(&self.tags, as_object(patch, "tags")?)
                }
                _ => merge::without_nulls(as_object(patch, "tags")?),
            };
            limits::check_section("tags", &next, limits::MAX_TAGS)?;
            tags = Some(next);
            applied.tags = Some(patch.clone());
        }
        if let Some(patch) = section_of(write.mode, write.desired.as_ref(), "desired")? {
            let replace = write.mode == Mode::Replace || patch.is_null();
            let object = as_object(patch, "desired")?;
            let next = written(&self.desired, object, replace, at, true);
            limits::check_section("desired", &next.value, limits::MAX_PROPERTIES)?;
            let mut payload = if replace {
                next.value.clone()
            } else {
                without_dollar(object)
            };
            payload.insert("$version".into(), next.version.into());
            section = Some(next);
            applied.desired = Some(Value::Object(payload));
        }
        if tags.is_some() || section.is_some() {
            self.version += 1;
            self.etag = self.etag.next();
        }
        if let Some(tags) = tags {
            self.tags = tags;
        }
        if let Some(section) = section {
            self.desired = section;
        }
        Ok(applied)
    }

    /// Applies a device's merge patch of its reported properties; returns the new reported version.
    /// `expected` is the version the device demands, when it does.
    pub fn apply_reported(
        &mut self,
        patch: &Value,
        expected: Option<u64>,
        at: Timestamp,
    ) -> Result<u64, TwinError> {
        if let Some(expected) = expected.filter(|v| *v != self.reported.version) {
            return Err(TwinError::VersionMismatch {
                expected,
                current: self.reported.version,
            });
        }
        let object = patch
            .as_object()
            .ok_or(TwinError::NotAnObject("reported"))?;
        let next = written(&self.reported, object, false, at, false);
        limits::check_section("reported", &next.value, limits::MAX_PROPERTIES)?;
        self.reported = next;
        self.version += 1;
        Ok(self.reported.version)
    }

    /// What the device sees: desired and reported with `$version`, no tags, no metadata (spec §7.5).
    pub fn device_view(&self) -> Value {
        json!({
            "desired": with_version(&self.desired),
            "reported": with_version(&self.reported),
        })
    }

    /// The `properties` member of the service view, with `$metadata` (spec §7.1).
    pub fn properties_view(&self) -> Value {
        let view = |section: &Section| {
            let mut object = section.value.clone();
            object.insert("$metadata".into(), section.meta.to_wire());
            object.insert("$version".into(), section.version.into());
            Value::Object(object)
        };
        json!({ "desired": view(&self.desired), "reported": view(&self.reported) })
    }
}

fn section_of<'a>(
    mode: Mode,
    given: Option<&'a Value>,
    name: &'static str,
) -> Result<Option<&'a Value>, TwinError> {
    static CLEARED: Value = Value::Null;
    match given {
        Some(value) if value.is_object() || value.is_null() => Ok(Some(value)),
        Some(_) => Err(TwinError::NotAnObject(name)),
        None if mode == Mode::Replace => Ok(Some(&CLEARED)),
        None => Ok(None),
    }
}

/// The object of a section; null stands for the empty one.
fn as_object<'a>(value: &'a Value, name: &'static str) -> Result<&'a Object, TwinError> {
    static EMPTY: std::sync::LazyLock<Object> = std::sync::LazyLock::new(Object::new);
    match value {
        Value::Object(object) => Ok(object),
        Value::Null => Ok(&EMPTY),
        _ => Err(TwinError::NotAnObject(name)),
    }
}

fn written(
    section: &Section,
    patch: &Object,
    replace: bool,
    at: Timestamp,
    stamped: bool,
) -> Section {
    let version = section.version + 1;
    let stamp = stamped.then_some(version);
    if replace {
        let value = merge::without_nulls(patch);
        let meta = Meta::of(&value, at, stamp);
        return Section {
            value,
            meta,
            version,
        };
    }
    let patch = without_dollar(patch);
    let mut meta = section.meta.clone();
    meta.touch(&section.value, &patch, at, stamp);
    Section {
        value: merge::merged(&section.value, &patch),
        meta,
        version,
    }
}

/// Clients may send back `$version` and `$metadata` as they read them; they carry no wish (spec §7.3).
fn without_dollar(object: &Object) -> Object {
    let mut object = object.clone();
    object.remove("$version");
    object.remove("$metadata");
    object
}

fn with_version(section: &Section) -> Value {
    let mut object = section.value.clone();
    object.insert("$version".into(), section.version.into());
    Value::Object(object)
}

#[cfg(test)]
mod tests;
