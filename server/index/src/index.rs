//! The door to the fleet in memory.

use muster_core::cursor::{BadCursor, Page};
use muster_core::device::{AuthKind, Status};
use muster_core::ids::DeviceId;
use muster_core::lifecycle::Stage;
use muster_core::time::Timestamp;
use muster_core::twin::Object;
use muster_query::{Condition, Path, Scope};

use crate::{Census, Entry, PageQuery, Row, Scalar, TagPath};

/// The fleet in memory. One writer, many readers.
#[derive(Debug, Default)]
pub struct Index;

#[expect(unused_variables, clippy::unimplemented, reason = "being written")]
impl Index {
    /// An empty fleet.
    pub fn new() -> Self {
        unimplemented!()
    }
    /// Adds a device, or replaces all that is known about it.
    pub fn upsert(&self, entry: &Entry) {
        unimplemented!()
    }
    /// Takes a device out; whether it was there.
    pub fn remove(&self, id: &DeviceId) -> bool {
        unimplemented!()
    }
    /// Replaces the tags; whether the device is known.
    pub fn set_tags(&self, id: &DeviceId, tags: &Object) -> bool {
        unimplemented!()
    }
    /// Enables or disables; whether the device is known.
    pub fn set_status(&self, id: &DeviceId, status: Status) -> bool {
        unimplemented!()
    }
    /// Moves in life; whether the device is known.
    pub fn set_stage(&self, id: &DeviceId, stage: Stage, at: Timestamp) -> bool {
        unimplemented!()
    }
    /// Other credentials; whether the device is known.
    pub fn set_auth(&self, id: &DeviceId, auth: AuthKind) -> bool {
        unimplemented!()
    }
    /// Another model; whether the device is known.
    pub fn set_model(&self, id: &DeviceId, model_id: &str) -> bool {
        unimplemented!()
    }
    /// Whether desired and reported differ; whether the device is known.
    pub fn set_drift(&self, id: &DeviceId, drift: bool) -> bool {
        unimplemented!()
    }
    /// Connected or gone, which is activity too; whether the device is known.
    pub fn set_presence(&self, id: &DeviceId, connected: bool, at: Timestamp) -> bool {
        unimplemented!()
    }
    /// Something came from the device; whether the device is known.
    pub fn touch(&self, id: &DeviceId, at: Timestamp) -> bool {
        unimplemented!()
    }
    /// How many devices there are, in any stage.
    pub fn len(&self) -> usize {
        unimplemented!()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        unimplemented!()
    }
    /// One device; `None` when it is unknown or outside the scope.
    pub fn get(&self, id: &DeviceId, scope: &Scope, now: Timestamp) -> Option<Row> {
        unimplemented!()
    }
    /// Whether the device is known and inside the scope.
    pub fn in_scope(&self, id: &DeviceId, scope: &Scope, now: Timestamp) -> bool {
        unimplemented!()
    }
    /// Whether the device is known and the condition keeps it.
    pub fn matches(&self, id: &DeviceId, condition: &Condition, now: Timestamp) -> bool {
        unimplemented!()
    }
    /// One page of a list.
    pub fn page(&self, query: &PageQuery, scope: &Scope, now: Timestamp) -> Result<Page<Row>, BadCursor> {
        unimplemented!()
    }
    /// The next devices in the order of ids, at most [`muster_core::cursor::MAX_PAGE`]: for exports.
    pub fn next_chunk(
        &self,
        after: Option<&DeviceId>,
        condition: &Condition,
        text: &str,
        scope: &Scope,
        now: Timestamp,
        limit: usize,
    ) -> Vec<Row> {
        unimplemented!()
    }
    /// How many devices a list has.
    pub fn count(&self, condition: &Condition, text: &str, scope: &Scope, now: Timestamp) -> usize {
        unimplemented!()
    }
    /// The figures of a part of the fleet.
    pub fn census(&self, condition: &Condition, scope: &Scope, now: Timestamp) -> Census {
        unimplemented!()
    }
    /// How many devices have which value at a path, most first; `None` stands for no comparable value.
    pub fn group(
        &self,
        condition: &Condition,
        path: &Path,
        scope: &Scope,
        now: Timestamp,
        limit: usize,
    ) -> Vec<(Option<Scalar>, usize)> {
        unimplemented!()
    }
    /// The paths below tags with values in the scope, by name.
    pub fn tag_paths(&self, scope: &Scope, now: Timestamp) -> Vec<TagPath> {
        unimplemented!()
    }
}
