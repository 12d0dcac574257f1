//! Questions about the fleet, answered from the index within the person's scope.

mod properties;

use muster_core::contact::Contact;
use muster_core::cursor::{BadCursor, Page};
use muster_core::device::Device;
use muster_core::ids::DeviceId;
use muster_core::policy::Action;
use muster_core::time::NEVER;
use muster_core::twin::Object;
use muster_index::{Census, PageQuery, Row, Scalar, TagPath};
use muster_query::{Condition, Datum, Field, Path, Scope, path};

use crate::access::kinds::SeeDevices;
use crate::access::{Access, Permit};
use crate::error::ServiceError;
use crate::hub::Hub;

pub use properties::{Properties, PropertyPaths};

impl Hub {
    /// One page of the list.
    pub fn fleet_page(
        &self,
        access: &Access,
        query: &PageQuery,
    ) -> Result<Page<Row>, ServiceError> {
        self.may_ask(access, &query.condition)?;
        let scope = access.scope(Action::SeeDevices);
        let page = self.index().page(query, &scope, self.now());
        page.map_err(|error: BadCursor| ServiceError::Invalid(error.to_string()))
    }

    /// How many devices the same filter finds.
    pub fn fleet_count(
        &self,
        access: &Access,
        condition: &Condition,
        text: &str,
    ) -> Result<usize, ServiceError> {
        self.may_ask(access, condition)?;
        let scope = access.scope(Action::SeeDevices);
        Ok(self.index().count(condition, text, &scope, self.now()))
    }

    /// The next rows of a whole-result export, in order of id.
    pub fn fleet_export(
        &self,
        permit: &Permit<SeeDevices>,
        after: Option<&DeviceId>,
        condition: &Condition,
        text: &str,
        limit: usize,
    ) -> Result<Vec<Row>, ServiceError> {
        self.may_ask(permit.access(), condition)?;
        let scope = permit.access().scope(Action::SeeDevices);
        let rows = self
            .index()
            .next_chunk(after, condition, text, &scope, self.now(), limit);
        Ok(rows)
    }

    /// These devices, as far as they exist in the scope, in their order.
    pub fn fleet_rows(&self, permit: &Permit<SeeDevices>, ids: &[DeviceId]) -> Vec<Row> {
        let scope = permit.access().scope(Action::SeeDevices);
        let now = self.now();
        let row = |id: &DeviceId| self.index().get(id, &scope, now);
        ids.iter().filter_map(row).collect()
    }

    /// Counts by contact, stage, status, connection and drift; of nothing where [`Hub::may_ask`] refuses.
    pub fn census(&self, access: &Access, condition: &Condition) -> Census {
        if self.may_ask(access, condition).is_err() {
            return Census::default();
        }
        let scope = access.scope(Action::SeeDevices);
        self.index().census(condition, &scope, self.now())
    }

    /// Counts by the values of one path, most first; none where [`Hub::may_ask`] refuses.
    pub fn fleet_groups(
        &self,
        access: &Access,
        condition: &Condition,
        path: &Path,
        limit: usize,
    ) -> Vec<(Option<Scalar>, usize)> {
        let paths = std::slice::from_ref(path);
        if self.may_ask(access, condition).is_err() || access.may_ask_about(paths).is_err() {
            return Vec::new();
        }
        let scope = access.scope(Action::SeeDevices);
        self.index()
            .group(condition, path, &scope, self.now(), limit)
    }

    /// Whether lists can be filtered, sorted and grouped by a path.
    pub fn lists_know(&self, path: &Path) -> bool {
        self.index().holds(path)
    }

    /// All tag paths in use, for columns and completion.
    pub fn tag_paths(&self, access: &Access) -> Vec<TagPath> {
        self.index()
            .tag_paths(&access.scope(Action::SeeDevices), self.now())
    }
}

/// A device that is about to be made, as conditions see it.
struct Newcomer<'a> {
    device: &'a Device,
    tags: &'a Object,
}

impl muster_query::Row for Newcomer<'_> {
    fn value(&self, path: &Path) -> Field<'_> {
        match path {
            Path::DeviceId => Field::Str(self.device.id.as_str()),
            Path::Status => Field::Str(self.device.status.as_str()),
            Path::ConnectionState => Field::Str("Disconnected"),
            Path::Contact => Field::Str(Contact::NeverSeen.as_str()),
            Path::Stage => Field::Str(self.device.stage.as_str()),
            Path::ModelId => Field::Str(&self.device.model_id),
            Path::AuthenticationType => Field::Str(self.device.authentication.kind().as_str()),
            Path::Drift => Field::Bool(false),
            Path::LastActivityTime => Field::Str(NEVER),
            Path::Tag(dotted) => Field::at(self.tags, dotted),
            _ => Field::Undefined,
        }
    }

    fn datum(&self, path: &Path) -> Datum<'_> {
        match path {
            Path::Tag(dotted) => {
                path::lookup(self.tags, dotted).map_or(Datum::Undefined, Datum::from)
            }
            other => self.value(other).into(),
        }
    }
}

/// Whether a device that does not exist yet would lie in a scope.
pub(crate) fn would_contain(scope: &Scope, device: &Device, tags: &Object) -> bool {
    scope.contains(&Newcomer { device, tags })
}
