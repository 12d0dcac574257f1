//! What PATCH and PUT of a twin share.

use axum::response::Response;
use muster_core::device::IfMatch;
use muster_core::ids::{DeviceId, ModuleId};
use muster_core::twin::{Mode, Object, ServiceWrite};
use serde::Deserialize;
use serde_json::Value;

use crate::error::ApiError;
use crate::hub::answer::tagged;
use crate::hub::target::Asked;

/// A twin as clients send it. Everything but tags and desired properties is ignored: they send back what they read.
#[derive(Debug, Deserialize)]
pub(super) struct TwinBody(Object);

impl TwinBody {
    /// What is to be written. A section that is null is cleared, one that is absent is absent.
    pub(super) fn as_write(&self, mode: Mode) -> ServiceWrite {
        let desired = match self.0.get("properties") {
            Some(Value::Object(properties)) => properties.get("desired").cloned(),
            _ => None,
        };
        ServiceWrite {
            mode,
            tags: self.0.get("tags").cloned(),
            desired,
        }
    }
}

/// Writes a device's twin and answers with all of it, with a write that came in between if there was one.
pub(super) async fn device(
    asked: &Asked,
    id: &DeviceId,
    write: ServiceWrite,
    if_match: Option<IfMatch>,
) -> Result<Response, ApiError> {
    let permit = asked.permit_device(id)?;
    asked.hub.write_twin(&permit, write, if_match).await?;
    let permit = asked.permit_device(id)?;
    let (twin, etag) = asked.hub.twin_document(&permit).await?;
    Ok(tagged(&Value::Object(twin), etag))
}

/// The same of a module.
pub(super) async fn module(
    asked: &Asked,
    device: &DeviceId,
    id: &ModuleId,
    write: ServiceWrite,
    if_match: Option<IfMatch>,
) -> Result<Response, ApiError> {
    let permit = asked.permit_device(device)?;
    asked
        .hub
        .write_module_twin(&permit, id, write, if_match)
        .await?;
    let permit = asked.permit_device(device)?;
    let (twin, etag) = asked.hub.module_twin_document(&permit, id).await?;
    Ok(tagged(&Value::Object(twin), etag))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    #[test]
    fn only_tags_and_desired_are_taken() {
        let check = |body: Value, tags: Option<Value>, desired: Option<Value>| {
            let read: TwinBody = serde_json::from_value(body.clone()).unwrap();
            let write = read.as_write(Mode::Merge);
            assert_eq!((write.tags, write.desired), (tags, desired), "{body}");
        };
        check(json!({}), None, None);
        check(json!({"tags": {"a": 1}}), Some(json!({"a": 1})), None);
        check(json!({"tags": null}), Some(Value::Null), None);
        check(
            json!({"etag": "*", "version": 3, "properties": {"desired": {"x": null}, "reported": {"y": 1}}}),
            None,
            Some(json!({"x": null})),
        );
        check(json!({"properties": null}), None, None);
        assert!(serde_json::from_value::<TwinBody>(json!([])).is_err());
    }
}
