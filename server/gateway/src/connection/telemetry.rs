//! Messages as they are stored: what the device sent, and what the hub stamps on them (spec §2.8).

use bytes::Bytes;
use muster_core::message::{MAX_MESSAGE_BYTES, NewMessage};
use serde_json::json;

use super::end::End;
use super::work::Device;
use crate::codec::Will;
use crate::topic::bag::{self, Properties};
use crate::topic::{self, Inbound};

/// Makes the message of a PUBLISH.
pub(super) fn message(
    device: &Device,
    bag: &str,
    payload: Bytes,
    retain: bool,
) -> Result<NewMessage, End> {
    let mut properties = bag::parse(bag)?;
    if bag::size(&properties) + payload.len() > MAX_MESSAGE_BYTES {
        return Err(End::Violation("message larger than 262,144 bytes"));
    }
    if retain {
        // Nothing is retained; the wish stays visible (spec §2.5).
        bag::set(&mut properties, "mqtt-retain".into(), Some("true".into()));
    }
    let at = device.shared.hub.now();
    stamp(device, &mut properties, &at.to_string());
    Ok(NewMessage {
        device: device.proof.device().clone(),
        at,
        properties,
        body: payload.into(),
    })
}

/// Stores the will of a connection that ended abnormally.
pub(super) async fn publish_will(device: &Device, will: Will) {
    // CONNECT was accepted with this topic.
    let Ok(Inbound::Telemetry { bag }) = topic::parse(&will.topic, device.id()) else {
        return;
    };
    let message = match message(device, bag, will.payload, will.retain) {
        Ok(mut message) => {
            let kind = ("iothub-MessageType".to_owned(), Some("Will".to_owned()));
            bag::set(&mut message.properties, kind.0, kind.1);
            message
        }
        Err(reason) => {
            tracing::info!(device.id = %device.id(), %reason, "a will was not published");
            return;
        }
    };
    let hub = &device.shared.hub;
    if let Err(error) = hub.device_message(&device.proof, message).await {
        tracing::warn!(device.id = %device.id(), %error, "a will was not published");
    }
}

/// Adds what only the hub may say; [`bag::parse`] has left such names out of what the device sent.
fn stamp(device: &Device, properties: &mut Properties, at: &str) {
    let proof = &device.proof;
    let method = json!({ "scope": proof.scope(), "type": "sas", "issuer": "iothub" });
    let mut add = |name: &str, value: &str| {
        properties.push((name.to_owned(), Some(value.to_owned())));
    };
    add("iothub-connection-device-id", proof.device().as_str());
    if let Some(module) = proof.module() {
        add("iothub-connection-module-id", module.as_str());
    }
    add("iothub-connection-auth-generation-id", proof.generation());
    add("iothub-connection-auth-method", &method.to_string());
    add("iothub-enqueuedtime", at);
    add("iothub-message-source", "Telemetry");
    if let Some(model) = &device.model_id {
        add("dt-dataschema", model);
    }
}
