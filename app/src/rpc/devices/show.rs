//! A device with its presence.

use leptos::prelude::*;

use super::DeviceView;
use crate::error::AppError;
use crate::rpc::Compact;

/// One device, without its keys.
#[server(prefix = "/rpc", endpoint = "devices/show", output = Compact)]
pub async fn show_device(
    /// Which.
    id: String,
) -> Result<DeviceView, AppError> {
    use muster_service::access::kinds::{SeeCredentials, SeeDevices};
    let (hub, access, permit) = super::begin::<SeeDevices>(&id)?;
    let device = hub.device(&permit).await?;
    let twin = hub.twin(&permit).await?.twin;
    let keys = match hub.permit_device::<SeeCredentials>(&access, permit.device()) {
        Ok(permit) => hub.device_key_facts(&permit).await?,
        Err(_) => None,
    };
    Ok(read::view(&hub, &access, device, twin, keys))
}

#[cfg(feature = "ssr")]
mod read {
    use muster_core::contact::{Contact, Schedule};
    use muster_core::time::Timestamp;
    use muster_core::twin::{Object, Twin};
    use muster_service::access::kinds::{
        EditTwin, InvokeMethods, ProvisionDevices, SeeCredentials,
    };
    use muster_service::registry::KeyFacts;
    use muster_service::{Access, Hub, registry};
    use serde_json::Value;

    use super::DeviceView;
    use crate::panels::twin::compare::{Agreement, compare};
    use crate::panels::twin::tree;
    use crate::rpc::devices::{Connection, Keys, Rights};

    pub(super) fn view(
        hub: &Hub,
        access: &Access,
        found: registry::DeviceView,
        twin: Twin,
        keys: Option<KeyFacts>,
    ) -> DeviceView {
        let device = found.device;
        let rights = Rights {
            edit_twin: hub.permit_device::<EditTwin>(access, &device.id).is_ok(),
            invoke: hub
                .permit_device::<InvokeMethods>(access, &device.id)
                .is_ok(),
            provision: hub
                .permit_device::<ProvisionDevices>(access, &device.id)
                .is_ok(),
            see_credentials: hub
                .permit_device::<SeeCredentials>(access, &device.id)
                .is_ok(),
        };
        let open = compare(&twin.desired, &twin.reported)
            .into_iter()
            .filter(|leaf| {
                matches!(
                    leaf.agreement,
                    Agreement::Different | Agreement::DesiredOnly
                )
            });
        let open_properties = open.count() as u64;
        let tags = Value::Object(twin.tags);
        let schedule = Schedule::from_tags(&tags);
        let now = hub.now();
        let contact = device.stage.in_service().then(|| {
            Contact::judge(
                found.connection.is_some(),
                device.last_activity_at,
                schedule,
                now,
            )
        });
        DeviceView {
            etag: device.etag.to_string(),
            status: device.status,
            status_reason: device.status_reason,
            status_at: device.status_at.map(Timestamp::millis),
            stage: device.stage,
            stage_at: device.stage_at.millis(),
            auth: rights.see_credentials.then_some(device.auth),
            keys: keys.map(about_keys),
            model: device.model_id,
            created_at: device.created_at.millis(),
            last_activity: device.last_activity_at.map(Timestamp::millis),
            contact,
            connection: found.connection.map(|open| Connection {
                protocol: open.protocol.to_owned(),
                address: open.address,
                since: open.since.millis(),
            }),
            every_s: schedule.every_s,
            sleeps: schedule.sleeps,
            tags: match tags {
                Value::Object(tags) => tags,
                _ => Object::new(),
            },
            firmware: firmware(&twin.reported.value),
            open_properties,
            rights,
            id: device.id,
            now: now.millis(),
        }
    }

    fn about_keys(facts: KeyFacts) -> Keys {
        Keys {
            primary_at: facts.primary_at.millis(),
            secondary_at: facts.secondary_at.millis(),
            used_at: facts.used.map(|(_, at)| at.millis()),
            used: facts.used.and_then(|(slot, _)| slot),
            rotation: facts.rotation.map(|r| (r.operation, r.step())),
        }
    }

    /// What devices report as their firmware: `firmware`, or a `version` below it, at any depth.
    fn firmware(reported: &Object) -> Option<String> {
        tree::leaves(reported)
            .into_iter()
            .filter(|(path, value)| {
                let names: Vec<&str> = path.iter().rev().take(2).map(String::as_str).collect();
                let named = matches!(names.as_slice(), ["firmware", ..] | ["version", "firmware"]);
                named && (value.is_string() || value.is_number())
            })
            .map(|(_, value)| tree::shown(value))
            .next()
    }

    #[cfg(test)]
    mod tests {
        #![expect(clippy::unwrap_used, reason = "tests")]
        use super::*;
        use serde_json::json;

        #[test]
        fn firmware_is_found_by_its_name() {
            let check = |reported: Value, want: Option<&str>| {
                assert_eq!(firmware(reported.as_object().unwrap()).as_deref(), want);
            };
            check(json!({"firmware": "4.2.1"}), Some("4.2.1"));
            check(json!({"firmware": {"version": "4.2.1"}}), Some("4.2.1"));
            check(json!({"device": {"firmware": {"version": 7}}}), Some("7"));
            check(json!({"version": "1", "firmware": {"ok": true}}), None);
        }
    }
}
