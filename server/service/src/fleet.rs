//! Questions about the fleet, answered from the index within the person's scope.

mod properties;

use muster_core::cursor::{BadCursor, Page};
use muster_core::device::Device;
use muster_core::ids::DeviceId;
use muster_core::policy::Action;
use muster_core::twin::drift::drift;
use muster_core::twin::{Object, merge};
use muster_index::{Census, Entry, Index, PageQuery, Row, Scalar, TagPath};
use muster_query::{Condition, Path, Scope};

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

/// Whether a device that does not exist yet would lie in a scope: an index of this one device knows it.
pub(crate) fn would_contain(
    scope: &Scope,
    device: &Device,
    tags: &Object,
    desired: &Object,
) -> bool {
    let index = Index::new();
    index.upsert(&Entry {
        id: device.id.clone(),
        status: device.status,
        stage: device.stage,
        stage_at: device.stage_at,
        auth: device.authentication.kind(),
        model_id: device.model_id.clone(),
        connected: false,
        last_activity_at: device.last_activity_at,
        tags: tags.clone(),
        drift: drift(&merge::without_nulls(desired), &Object::new()),
        first_desired: None,
    });
    index.in_scope(&device.id, scope, device.created_at)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

    use muster_core::device::{Authentication, ETag, GenerationId, Status};
    use muster_core::key::KeyPair;
    use muster_core::lifecycle::Stage;
    use muster_core::time::Timestamp;
    use muster_query::Condition;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn newcomers_are_judged_as_the_index_will_judge_them() {
        let check = |scope: &str, stage: Stage, desired: Value, want: bool| {
            let device = Device {
                id: "pump-1".parse().unwrap(),
                generation: GenerationId("1".into()),
                etag: ETag::FIRST,
                status: Status::Enabled,
                status_reason: None,
                status_at: None,
                authentication: Authentication::Sas(KeyPair::from_entropy([1; 32], [2; 32])),
                stage,
                stage_at: Timestamp::default(),
                model_id: String::new(),
                created_at: Timestamp::default(),
                last_activity_at: None,
            };
            let object = |value: Value| value.as_object().cloned().unwrap();
            let (tags, desired) = (object(json!({"site": "b7"})), object(desired));
            let conditions = Scope::of(vec![Condition::parse(scope).unwrap()]);
            let found = would_contain(&conditions, &device, &tags, &desired);
            assert_eq!(found, want, "{scope} {stage:?} {desired:?}");
        };
        let (new, planned) = (Stage::Provisioned, Stage::Planned);
        check("tags.site = 'b7'", new, json!({}), true);
        check("tags.site = 'b8'", new, json!({}), false);
        check("deviceId = 'pump-1'", planned, json!({}), true);
        check("contact = 'never_seen'", new, json!({}), true);
        // What is not in service is not judged, neither way.
        check("contact = 'never_seen'", planned, json!({}), false);
        check("contact != 'never_seen'", planned, json!({}), false);
        check("drift = false", new, json!({"every": null}), true);
        check("drift = true", new, json!({"every": 60}), true);
        check("drift = false", planned, json!({}), false);
        check(
            "lastActivityTime = '0001-01-01T00:00:00Z'",
            new,
            json!({}),
            true,
        );
    }
}
