//! One item of a bulk request, or one line of a file (spec §5.4).

use muster_core::device::{IfMatch, Status};
use muster_core::ids::DeviceId;
use muster_core::twin::{Mode, Object, ServiceWrite};
use serde::Deserialize;
use serde_json::Value;

use super::authentication::AuthenticationBody;
use super::edge::Edge;
use super::{BulkError, status};
use crate::access::Access;
use crate::error::ServiceError;
use crate::hub::Hub;
use crate::registry::{IdentityChange, NewDevice};

mod module;

/// An item on the wire. Members that are not listed are ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BulkItem {
    id: String,
    module_id: Option<String>,
    // The way this list writes it, and the way identities do: Node sends back what it read.
    #[serde(rename = "eTag", alias = "etag")]
    etag: Option<String>,
    import_mode: Option<String>,
    status: Option<String>,
    status_reason: Option<String>,
    authentication: Option<AuthenticationBody>,
    managed_by: Option<String>,
    #[serde(rename = "twinETag")]
    twin_etag: Option<String>,
    tags: Option<Value>,
    properties: Option<Properties>,
    #[serde(flatten)]
    edge: Edge,
}

#[derive(Deserialize)]
struct Properties {
    desired: Option<Value>,
}

/// What is to happen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Task {
    Create,
    CreateOrUpdate,
    Update,
    Delete,
    UpdateTwin,
}

/// A task, and whether it asks for an ETag.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct ImportMode {
    task: Task,
    matched: bool,
}

impl ImportMode {
    /// SDKs differ in upper and lower case (spec §5.4).
    fn parse(text: Option<&str>) -> Result<Self, ServiceError> {
        let text = text.unwrap_or("createOrUpdate").to_ascii_lowercase();
        let (name, matched) = match text.strip_suffix("ifmatchetag") {
            Some(name) => (name, true),
            None => (text.as_str(), false),
        };
        let task = match name {
            "create" if !matched => Task::Create,
            "createorupdate" => Task::CreateOrUpdate,
            "update" => Task::Update,
            "delete" => Task::Delete,
            "updatetwin" => Task::UpdateTwin,
            _ => return Err(invalid("there is no such importMode")),
        };
        Ok(Self { task, matched })
    }
}

/// Without its keys.
impl std::fmt::Debug for BulkItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BulkItem")
            .field("id", &self.id)
            .field("import_mode", &self.import_mode)
            .finish_non_exhaustive()
    }
}

impl BulkItem {
    /// The device it is about, unchecked.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether it takes the device away.
    pub(crate) fn deletes(&self) -> bool {
        ImportMode::parse(self.import_mode.as_deref()).is_ok_and(|mode| mode.task == Task::Delete)
    }

    /// Whether it names a module.
    pub fn is_module(&self) -> bool {
        self.module_id.is_some()
    }

    /// What may be in a request once: device and module.
    pub fn name(&self) -> (&str, Option<&str>) {
        (&self.id, self.module_id.as_deref())
    }

    /// Does it, with the rights of whoever asks.
    pub async fn apply(&self, hub: &Hub, access: &Access) -> Result<(), BulkError> {
        let mode = ImportMode::parse(self.import_mode.as_deref())?;
        self.edge.check()?;
        let id = DeviceId::new(&self.id)?;
        if let Some(module) = &self.module_id {
            return self.apply_to_module(hub, access, mode, &id, module).await;
        }
        let etag = if_match(
            mode.matched && mode.task != Task::UpdateTwin,
            self.etag.as_deref(),
            "eTag",
        )?;
        match mode.task {
            Task::Create => self.create(hub, access, id).await,
            Task::Update => self.update(hub, access, &id, etag).await,
            Task::CreateOrUpdate => match self.create(hub, access, id.clone()).await {
                Err(BulkError::Service(ServiceError::AlreadyExists)) => {
                    self.update(hub, access, &id, etag).await
                }
                done => done,
            },
            Task::Delete => {
                let permit = hub.permit_device(access, &id)?;
                Ok(hub.delete_device(permit, etag).await?)
            }
            Task::UpdateTwin => {
                let etag = if_match(mode.matched, self.twin_etag.as_deref(), "twinETag")?;
                self.write_twin(hub, access, &id, etag).await
            }
        }
    }

    async fn create(&self, hub: &Hub, access: &Access, id: DeviceId) -> Result<(), BulkError> {
        let new = NewDevice {
            authentication: self.credentials()?,
            status: status(self.status.as_deref())?.unwrap_or(Status::Enabled),
            status_reason: self.status_reason.clone(),
            tags: object(self.tags.as_ref(), "tags")?,
            desired: object(self.desired(), "properties.desired")?,
            ..NewDevice::named(id)
        };
        hub.create_device(hub.permit(access)?, new).await?;
        Ok(())
    }

    /// Changes what is named: other than PUT, an item without keys leaves them as they are.
    async fn update(
        &self,
        hub: &Hub,
        access: &Access,
        id: &DeviceId,
        etag: Option<IfMatch>,
    ) -> Result<(), BulkError> {
        let status = status(self.status.as_deref())?;
        if status.is_none() && self.status_reason.is_some() {
            return Err(invalid("statusReason needs a status beside it").into());
        }
        let change = IdentityChange {
            status: status.map(|status| (status, self.status_reason.clone())),
            authentication: self.credentials()?,
            step: None,
        };
        let permit = hub.permit_device(access, id)?;
        hub.update_device(permit, etag, change).await?;
        if self.tags.is_some() || self.desired().is_some() {
            self.write_twin(hub, access, id, None).await?;
        }
        Ok(())
    }

    async fn write_twin(
        &self,
        hub: &Hub,
        access: &Access,
        id: &DeviceId,
        etag: Option<IfMatch>,
    ) -> Result<(), BulkError> {
        let write = ServiceWrite {
            mode: Mode::Merge,
            tags: self.tags.clone(),
            desired: self.desired().cloned(),
        };
        hub.write_twin(&hub.permit_device(access, id)?, write, etag)
            .await?;
        Ok(())
    }

    fn credentials(&self) -> Result<Option<muster_core::device::Authentication>, ServiceError> {
        self.authentication
            .as_ref()
            .map_or(Ok(None), AuthenticationBody::read)
    }

    fn desired(&self) -> Option<&Value> {
        self.properties.as_ref()?.desired.as_ref()
    }
}

fn if_match(
    wanted: bool,
    etag: Option<&str>,
    name: &'static str,
) -> Result<Option<IfMatch>, BulkError> {
    match (wanted, etag) {
        (false, _) => Ok(None),
        (true, Some(etag)) => Ok(Some(IfMatch::parse(etag))),
        (true, None) => Err(BulkError::Missing(name)),
    }
}

fn invalid(text: impl Into<String>) -> ServiceError {
    ServiceError::Invalid(text.into())
}

fn object(value: Option<&Value>, name: &str) -> Result<Object, ServiceError> {
    match value {
        None => Ok(Object::new()),
        Some(Value::Object(object)) => Ok(object.clone()),
        Some(_) => Err(invalid(format!("{name} is an object"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_read_in_any_case() {
        let check = |text: Option<&str>, want: Option<(Task, bool)>| {
            let mode = ImportMode::parse(text).ok();
            assert_eq!(mode.map(|mode| (mode.task, mode.matched)), want, "{text:?}");
        };
        check(None, Some((Task::CreateOrUpdate, false)));
        check(Some("create"), Some((Task::Create, false)));
        check(Some("Update"), Some((Task::Update, false)));
        check(Some("UpdateIfMatchETag"), Some((Task::Update, true)));
        check(Some("updateIfMatchETag"), Some((Task::Update, true)));
        check(
            Some("createOrUpdateIfMatchETag"),
            Some((Task::CreateOrUpdate, true)),
        );
        check(Some("DeleteIfMatchETag"), Some((Task::Delete, true)));
        check(Some("updateTwin"), Some((Task::UpdateTwin, false)));
        check(
            Some("updateTwinIfMatchETag"),
            Some((Task::UpdateTwin, true)),
        );
        check(Some("createIfMatchETag"), None);
        check(Some("replace"), None);
    }
}
