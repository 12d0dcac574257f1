//! Changing a device's tags and desired properties.

use leptos::prelude::*;

use super::Saved;
use crate::error::AppError;
use crate::rpc::Compact;

/// Makes tags and desired properties what these two JSON documents say, as one merge patch against the twin with this
/// `etag`. Somebody else's change in between is a conflict, and nothing is written.
#[server(prefix = "/rpc", endpoint = "devices/save_twin", output = Compact)]
pub async fn save_twin(
    /// Which.
    id: String,
    /// Token of the twin as the person saw it.
    etag: String,
    /// All tags, as JSON.
    #[server(default)]
    tags: String,
    /// All desired properties, as JSON.
    #[server(default)]
    desired: String,
) -> Result<Saved, AppError> {
    let outcome = save::save(&id, etag, &tags, &desired).await;
    if crate::session::is_plain_form() {
        save::lead_back(&id, &outcome, tags, desired);
    }
    outcome
}

#[cfg(feature = "ssr")]
mod save {
    use muster_core::device::IfMatch;
    use muster_core::ids::DeviceId;
    use muster_core::twin::{Mode, Object, ServiceWrite};
    use muster_service::Hub;
    use muster_service::access::kinds::{EditTwin, SeeDevices};
    use serde_json::Value;

    use super::Saved;
    use crate::error::{AppError, FieldError};
    use crate::pages::device::address::{DeviceAddress, Problem, View};
    use crate::panels::twin::document;
    use crate::panels::twin::tree;
    use crate::rpc::devices::{Delivery, begin};

    /// Longest draft that comes back in the address, in bytes; longer ones are one step back in the browser.
    const MAX_DRAFT: usize = 4096;

    pub(super) async fn save(
        id: &str,
        etag: String,
        tags: &str,
        desired: &str,
    ) -> Result<Saved, AppError> {
        let (hub, access, permit) = begin::<EditTwin>(id)?;
        let see = hub.permit_device::<SeeDevices>(&access, permit.device())?;
        let (tags, desired) = documents(tags, desired)?;
        let twin = hub.twin(&see).await?.twin;
        if twin.etag.to_string() != etag {
            return Err(AppError::Conflict {
                current: twin.etag.to_string(),
            });
        }
        let tags = tree::diff(&twin.tags, &tags);
        let desired = tree::diff(&twin.desired.value, &desired);
        if tags.is_empty() && desired.is_empty() {
            return Ok(Saved {
                etag,
                desired_version: twin.desired.version,
                changed: false,
                delivery: Delivery::Nothing,
            });
        }
        let delivery = delivery(&hub, permit.device(), &desired);
        let section = |patch: Object| (!patch.is_empty()).then_some(Value::Object(patch));
        let write = ServiceWrite {
            mode: Mode::Merge,
            tags: section(tags),
            desired: section(desired),
        };
        let twin = hub
            .write_twin(&permit, write, Some(IfMatch::OneOf(vec![etag])))
            .await?;
        Ok(Saved {
            etag: twin.etag.to_string(),
            desired_version: twin.desired.version,
            changed: true,
            delivery,
        })
    }

    fn documents(tags: &str, desired: &str) -> Result<(Object, Object), AppError> {
        let read = |section, text| {
            document::read(section, text).map_err(|message| FieldError {
                field: section.name().to_owned(),
                message,
            })
        };
        match (
            read(document::Section::Tags, tags),
            read(document::Section::Desired, desired),
        ) {
            (Ok(tags), Ok(desired)) => Ok((tags, desired)),
            (tags, desired) => Err(AppError::fields(
                [tags.err(), desired.err()].into_iter().flatten().collect(),
            )),
        }
    }

    fn delivery(hub: &Hub, device: &DeviceId, desired: &Object) -> Delivery {
        match (desired.is_empty(), hub.connections().is_open(device)) {
            (true, _) => Delivery::Nothing,
            (false, true) => Delivery::Now,
            (false, false) => Delivery::NextContact,
        }
    }

    /// Answers a form that was sent without script with the page it came from.
    pub(super) fn lead_back(
        id: &str,
        outcome: &Result<Saved, AppError>,
        tags: String,
        desired: String,
    ) {
        let Ok(id) = DeviceId::new(id) else { return };
        let problem = match outcome {
            Ok(saved) => {
                let address = DeviceAddress {
                    saved: Some(saved.desired_version),
                    ..DeviceAddress::twin(View::Compare)
                };
                return crate::session::go(&address.href(&id));
            }
            Err(AppError::Conflict { .. }) => Problem::Conflict,
            Err(AppError::Invalid { .. }) => Problem::Refused,
            Err(_) => Problem::Failed,
        };
        let address = DeviceAddress {
            problem: Some(problem),
            draft: (tags.len() + desired.len() <= MAX_DRAFT).then_some((tags, desired)),
            ..DeviceAddress::twin(View::Json)
        };
        crate::session::go(&address.href(&id));
    }
}
