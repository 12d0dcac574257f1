//! Properties of the devices in a list: their values, and which paths there are.

use std::collections::{BTreeMap, HashMap};

use muster_core::cursor::MAX_PAGE;
use muster_core::ids::DeviceId;
use muster_core::policy::Action;
use muster_core::twin::Object;
use muster_index::{PageQuery, Sort, SortKey};
use muster_query::Condition;
use serde_json::Value;

use crate::access::Access;
use crate::error::ServiceError;
use crate::hub::Hub;

/// Devices at each end of each order that are looked at for paths.
const SAMPLE: usize = 50;

/// Most paths that are told per section.
const MAX_PATHS: usize = 400;

/// How deep paths are followed; deeper values can still be named by hand.
const MAX_DEPTH: usize = 8;

/// What a device should be, and what it says it is.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Properties {
    /// What people and tools ask for.
    pub desired: Object,
    /// What the device says.
    pub reported: Object,
}

/// Paths below desired and reported properties, keys joined with dots, by name.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PropertyPaths {
    /// Below `properties.desired`.
    pub desired: Vec<String>,
    /// Below `properties.reported`.
    pub reported: Vec<String>,
}

impl Hub {
    /// The properties of these devices, as far as they exist in the scope; at most [`MAX_PAGE`].
    pub async fn fleet_properties(
        &self,
        access: &Access,
        ids: &[DeviceId],
    ) -> Result<HashMap<DeviceId, Properties>, ServiceError> {
        let scope = access.scope(Action::SeeDevices);
        let now = self.now();
        let seen = |id: &&DeviceId| self.index().in_scope(id, &scope, now);
        let ids: Vec<DeviceId> = ids.iter().take(MAX_PAGE).filter(seen).cloned().collect();
        let twins = self.store().find_twins(&ids).await?.into_iter();
        let properties = twins.map(|row| {
            let properties = Properties {
                desired: row.twin.desired.value,
                reported: row.twin.reported.value,
            };
            (row.device.id, properties)
        });
        Ok(properties.collect())
    }

    /// Paths of properties in use, from the devices at the ends of the list by id and by activity: what devices of
    /// one kind have is found there, and a bounded look is enough to complete what somebody types.
    pub async fn property_paths(&self, access: &Access) -> Result<PropertyPaths, ServiceError> {
        let mut ids: Vec<DeviceId> = Vec::with_capacity(4 * SAMPLE);
        for by in [SortKey::Id, SortKey::LastActivity] {
            for descending in [false, true] {
                let query = PageQuery {
                    condition: Condition::all(),
                    text: String::new(),
                    sort: Sort {
                        by: by.clone(),
                        descending,
                    },
                    limit: SAMPLE,
                    cursor: None,
                };
                let page = self.fleet_page(access, &query)?;
                ids.extend(page.rows.into_iter().map(|row| row.entry.id));
            }
        }
        ids.sort();
        ids.dedup();
        let found = self.fleet_properties(access, &ids).await?;
        let (mut desired, mut reported) = (Paths::default(), Paths::default());
        for properties in found.values() {
            desired.add(&properties.desired);
            reported.add(&properties.reported);
        }
        Ok(PropertyPaths {
            desired: desired.most_used(),
            reported: reported.most_used(),
        })
    }
}

/// Paths with how many devices have them.
#[derive(Debug, Default)]
struct Paths(BTreeMap<String, usize>);

impl Paths {
    fn add(&mut self, object: &Object) {
        self.below(object, &mut String::new(), 0);
    }

    fn below(&mut self, object: &Object, path: &mut String, depth: usize) {
        let length = path.len();
        for (key, value) in object {
            path.push_str(key);
            match value {
                Value::Object(inner) if !inner.is_empty() && depth < MAX_DEPTH => {
                    path.push('.');
                    self.below(inner, path, depth + 1);
                }
                _ => *self.0.entry(path.clone()).or_default() += 1,
            }
            path.truncate(length);
        }
    }

    fn most_used(self) -> Vec<String> {
        let mut paths: Vec<_> = self.0.into_iter().collect();
        paths.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        paths.truncate(MAX_PATHS);
        let mut paths: Vec<String> = paths.into_iter().map(|(path, _)| path).collect();
        paths.sort();
        paths
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_lead_to_values() {
        let mut paths = Paths::default();
        let object = json!({"fw": {"v": "1", "ok": true}, "list": [1], "empty": {}});
        paths.add(object.as_object().unwrap());
        paths.add(json!({"fw": "old"}).as_object().unwrap());
        assert_eq!(paths.most_used(), ["empty", "fw", "fw.ok", "fw.v", "list"]);
    }
}
