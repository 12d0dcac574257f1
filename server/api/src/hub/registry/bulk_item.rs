//! One item of a bulk request.

use muster_core::device::IfMatch;
use muster_core::ids::DeviceId;
use muster_core::twin::{Mode, Object, ServiceWrite};
use muster_service::registry::{IdentityChange, NewDevice};
use serde::Deserialize;
use serde_json::Value;

use super::identity::{EdgeBody, status};
use crate::error::{ApiError, Code};
use crate::hub::credentials::AuthenticationBody;
use crate::hub::target::Asked;

mod module;

/// An item on the wire. Members that are not listed are ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BulkItem {
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
    edge: EdgeBody,
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
    fn parse(text: Option<&str>) -> Result<Self, ApiError> {
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
            _ => return Err(ApiError::argument("there is no such importMode")),
        };
        Ok(Self { task, matched })
    }
}

impl BulkItem {
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Whether it names a module.
    pub(super) fn is_module(&self) -> bool {
        self.module_id.is_some()
    }

    /// What may be in a request once: device and module.
    pub(super) fn name(&self) -> (&str, Option<&str>) {
        (&self.id, self.module_id.as_deref())
    }

    /// Does it.
    pub(super) async fn apply(&self, asked: &Asked) -> Result<(), ApiError> {
        let mode = ImportMode::parse(self.import_mode.as_deref())?;
        self.edge.check()?;
        let id = DeviceId::new(&self.id).map_err(|error| ApiError::argument(error.to_string()))?;
        if let Some(module) = &self.module_id {
            return self.apply_to_module(asked, mode, &id, module).await;
        }
        let etag = if_match(
            mode.matched && mode.task != Task::UpdateTwin,
            self.etag.as_deref(),
            "eTag",
        )?;
        match mode.task {
            Task::Create => self.create(asked, id).await,
            Task::Update => self.update(asked, &id, etag).await,
            Task::CreateOrUpdate => match self.create(asked, id.clone()).await {
                Err(error) if error.code == Code::DeviceAlreadyExists => {
                    self.update(asked, &id, etag).await
                }
                done => done,
            },
            Task::Delete => {
                let permit = asked.permit_device(&id)?;
                Ok(asked.hub.delete_device(permit, etag).await?)
            }
            Task::UpdateTwin => {
                let etag = if_match(mode.matched, self.twin_etag.as_deref(), "twinETag")?;
                self.write_twin(asked, &id, etag).await
            }
        }
    }

    async fn create(&self, asked: &Asked, id: DeviceId) -> Result<(), ApiError> {
        let new = NewDevice {
            authentication: self.credentials()?,
            status: status(self.status.as_deref())?.unwrap_or(muster_core::device::Status::Enabled),
            status_reason: self.status_reason.clone(),
            tags: object(self.tags.as_ref(), "tags")?,
            desired: object(self.desired(), "properties.desired")?,
            ..NewDevice::named(id)
        };
        asked.hub.create_device(asked.permit()?, new).await?;
        Ok(())
    }

    /// Changes what is named: other than PUT, an item without keys leaves them as they are.
    async fn update(
        &self,
        asked: &Asked,
        id: &DeviceId,
        etag: Option<IfMatch>,
    ) -> Result<(), ApiError> {
        let status = status(self.status.as_deref())?;
        if status.is_none() && self.status_reason.is_some() {
            return Err(ApiError::argument("statusReason needs a status beside it"));
        }
        let change = IdentityChange {
            status: status.map(|status| (status, self.status_reason.clone())),
            authentication: self.credentials()?,
            step: None,
        };
        let permit = asked.permit_device(id)?;
        asked.hub.update_device(permit, etag, change).await?;
        if self.tags.is_some() || self.desired().is_some() {
            self.write_twin(asked, id, None).await?;
        }
        Ok(())
    }

    async fn write_twin(
        &self,
        asked: &Asked,
        id: &DeviceId,
        etag: Option<IfMatch>,
    ) -> Result<(), ApiError> {
        let write = ServiceWrite {
            mode: Mode::Merge,
            tags: self.tags.clone(),
            desired: self.desired().cloned(),
        };
        asked
            .hub
            .write_twin(&asked.permit_device(id)?, write, etag)
            .await?;
        Ok(())
    }

    fn credentials(&self) -> Result<Option<muster_core::device::Authentication>, ApiError> {
        self.authentication
            .as_ref()
            .map_or(Ok(None), AuthenticationBody::read)
    }

    fn desired(&self) -> Option<&Value> {
        self.properties.as_ref()?.desired.as_ref()
    }
}

fn if_match(wanted: bool, etag: Option<&str>, name: &str) -> Result<Option<IfMatch>, ApiError> {
    match (wanted, etag) {
        (false, _) => Ok(None),
        (true, Some(etag)) => Ok(Some(IfMatch::parse(etag))),
        (true, None) => Err(ApiError::new(
            Code::ArgumentNull,
            format!("this importMode needs {name}"),
        )),
    }
}

fn object(value: Option<&Value>, name: &str) -> Result<Object, ApiError> {
    match value {
        None => Ok(Object::new()),
        Some(Value::Object(object)) => Ok(object.clone()),
        Some(_) => Err(ApiError::argument(format!("{name} is an object"))),
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
