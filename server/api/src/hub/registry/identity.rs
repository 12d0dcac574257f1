//! An identity on the wire (spec §5.3, §1.5, §1.6).

use muster_core::device::{Authentication, Device, Status, Thumbprint};
use muster_core::ids::DeviceId;
use muster_core::key::{KeyPair, SharedKey};
use muster_core::time::{NEVER, Timestamp};
use muster_service::Entropy;
use muster_service::devices::ConnectionView;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::ApiError;

/// What clients send of a device. Members that are not listed are ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IdentityBody {
    device_id: Option<String>,
    status: Option<String>,
    pub(super) status_reason: Option<String>,
    authentication: Option<AuthenticationBody>,
    #[serde(flatten)]
    edge: EdgeBody,
}

/// How a device is to prove itself. Holds keys, so it is not `Debug`.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
pub(in crate::hub) struct AuthenticationBody {
    r#type: Option<String>,
    symmetric_key: Option<KeysBody>,
    x509_thumbprint: Option<ThumbprintsBody>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct KeysBody {
    primary_key: Option<String>,
    secondary_key: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct ThumbprintsBody {
    primary_thumbprint: Option<String>,
    secondary_thumbprint: Option<String>,
}

/// What belongs to edge gateways, which this hub does not know.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
pub(super) struct EdgeBody {
    capabilities: Option<Capabilities>,
    device_scope: Option<String>,
    parent_scopes: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Capabilities {
    iot_edge: Option<bool>,
}

impl EdgeBody {
    /// What would be lost silently is refused.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        let edge = self
            .capabilities
            .as_ref()
            .is_some_and(|capabilities| capabilities.iot_edge == Some(true));
        let scoped = given(self.device_scope.as_ref()).is_some()
            || self
                .parent_scopes
                .as_ref()
                .is_some_and(|scopes| !scopes.is_empty());
        if edge || scoped {
            return Err(ApiError::argument(
                "this hub knows no edge devices: leave out capabilities.iotEdge, deviceScope and parentScopes",
            ));
        }
        Ok(())
    }
}

impl IdentityBody {
    /// Whether it can be meant for this address.
    pub(super) fn check(&self, id: &DeviceId) -> Result<(), ApiError> {
        if self
            .device_id
            .as_deref()
            .is_some_and(|named| named != id.as_str())
        {
            return Err(ApiError::argument(
                "deviceId in the body is another one than in the address",
            ));
        }
        self.edge.check()
    }

    /// Enabled, unless it says otherwise.
    pub(super) fn status(&self) -> Result<Status, ApiError> {
        status(self.status.as_deref()).map(|status| status.unwrap_or(Status::Enabled))
    }

    /// The credentials; `None` when the hub is to make keys.
    pub(super) fn authentication(&self) -> Result<Option<Authentication>, ApiError> {
        self.authentication
            .as_ref()
            .map_or(Ok(None), AuthenticationBody::read)
    }
}

/// A status, when one is named.
pub(super) fn status(text: Option<&str>) -> Result<Option<Status>, ApiError> {
    text.map(|text| text.to_ascii_lowercase().parse())
        .transpose()
        .map_err(|text: String| ApiError::argument(text))
}

impl AuthenticationBody {
    /// The credentials; `None` when the hub is to make keys.
    pub(in crate::hub) fn read(&self) -> Result<Option<Authentication>, ApiError> {
        let thumbprints = self.x509_thumbprint.as_ref();
        let has_thumbprint = thumbprints.is_some_and(|thumbprints| {
            given(thumbprints.primary_thumbprint.as_ref()).is_some()
                || given(thumbprints.secondary_thumbprint.as_ref()).is_some()
        });
        let kind = self.r#type.as_deref().map(str::to_ascii_lowercase);
        match kind.as_deref() {
            None if has_thumbprint => self.thumbprints().map(Some),
            None | Some("sas") => self.keys(),
            Some("selfsigned") if has_thumbprint => self.thumbprints().map(Some),
            Some("selfsigned") => Err(ApiError::argument(
                "authentication of type selfSigned needs a primaryThumbprint or a secondaryThumbprint",
            )),
            Some("certificateauthority") => Ok(Some(Authentication::CertificateAuthority)),
            Some(_) => Err(ApiError::argument(
                "authentication.type is sas, selfSigned or certificateAuthority",
            )),
        }
    }

    fn keys(&self) -> Result<Option<Authentication>, ApiError> {
        let Some(keys) = &self.symmetric_key else {
            return Ok(None);
        };
        let key = |text: &String| {
            SharedKey::new(text).map_err(|error| ApiError::argument(error.to_string()))
        };
        match (
            given(keys.primary_key.as_ref()),
            given(keys.secondary_key.as_ref()),
        ) {
            (None, None) => Ok(None),
            (Some(primary), Some(secondary)) => Ok(Some(Authentication::Sas(KeyPair {
                primary: key(primary)?,
                secondary: key(secondary)?,
            }))),
            _ => Err(ApiError::argument(
                "send both keys, or neither to have them made",
            )),
        }
    }

    fn thumbprints(&self) -> Result<Authentication, ApiError> {
        let read = |text: Option<&String>| {
            given(text)
                .map(|text| Thumbprint::new(text))
                .transpose()
                .map_err(|error| ApiError::argument(format!("StringIsNotThumbprint: {error}")))
        };
        let thumbprints = self.x509_thumbprint.as_ref();
        Ok(Authentication::SelfSigned {
            primary: read(thumbprints.and_then(|both| both.primary_thumbprint.as_ref()))?,
            secondary: read(thumbprints.and_then(|both| both.secondary_thumbprint.as_ref()))?,
        })
    }
}

/// Node writes empty texts where it has nothing to say.
fn given(text: Option<&String>) -> Option<&String> {
    text.filter(|text| !text.is_empty())
}

/// Two new keys.
pub(super) fn new_keys(entropy: &Entropy) -> Authentication {
    Authentication::Sas(KeyPair::from_entropy(entropy.bytes(), entropy.bytes()))
}

/// The resource, with its keys. When a connection that is over was opened or ended is in its events, not here.
pub(super) fn shown(device: &Device, connection: Option<ConnectionView>) -> Value {
    let connected = connection.is_some();
    json!({
        "deviceId": device.id,
        "generationId": device.generation,
        "etag": device.etag.to_string(),
        "connectionState": connection_state(connected),
        "connectionStateUpdatedTime": time(connection.map(|connection| connection.since)),
        "status": device.status,
        "statusReason": device.status_reason,
        "statusUpdatedTime": time(device.status_at),
        "lastActivityTime": time(device.last_activity_at),
        "cloudToDeviceMessageCount": 0,
        "authentication": authentication(&device.authentication),
        "capabilities": { "iotEdge": false },
        "deviceScope": null,
        "parentScopes": [],
    })
}

/// Credentials as they were given.
pub(in crate::hub) fn authentication(authentication: &Authentication) -> Value {
    let (primary_key, secondary_key) = match authentication {
        Authentication::Sas(keys) => (Some(keys.primary.reveal()), Some(keys.secondary.reveal())),
        _ => (None, None),
    };
    let (primary, secondary) = match authentication {
        Authentication::SelfSigned { primary, secondary } => (primary.as_ref(), secondary.as_ref()),
        _ => (None, None),
    };
    json!({
        "type": authentication.kind(),
        "symmetricKey": { "primaryKey": primary_key, "secondaryKey": secondary_key },
        "x509Thumbprint": {
            "primaryThumbprint": primary.map(Thumbprint::as_str),
            "secondaryThumbprint": secondary.map(Thumbprint::as_str),
        },
    })
}

/// An instant on the wire; what never happened has a date of its own.
pub(in crate::hub) fn time(at: Option<Timestamp>) -> String {
    at.map_or_else(|| NEVER.to_owned(), |at| at.to_string())
}

/// The word for it.
pub(in crate::hub) fn connection_state(connected: bool) -> &'static str {
    if connected {
        "Connected"
    } else {
        "Disconnected"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(authentication: Value) -> Result<Option<Authentication>, String> {
        let body: IdentityBody =
            serde_json::from_value(json!({ "authentication": authentication }))
                .map_err(|error| error.to_string())?;
        body.authentication().map_err(|error| error.text)
    }

    const KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

    #[test]
    fn keys_come_in_pairs_or_are_made() {
        let check = |authentication: Value, want: Option<&str>| {
            let found = read(authentication.clone())
                .map(|found| found.map_or("made", |authentication| authentication.kind().as_str()));
            assert_eq!(found.ok(), want, "{authentication}");
        };
        check(json!(null), Some("made"));
        check(json!({"symmetricKey": {}, "type": "sas"}), Some("made"));
        check(
            json!({"type": "sas", "symmetricKey": {"primaryKey": "", "secondaryKey": ""}}),
            Some("made"),
        );
        let both = json!({"primaryKey": KEY, "secondaryKey": KEY});
        check(json!({"symmetricKey": both}), Some("sas"));
        check(json!({"symmetricKey": {"primaryKey": KEY}}), None);
        check(
            json!({"symmetricKey": {"primaryKey": KEY, "secondaryKey": "no key"}}),
            None,
        );
        let print = "ab".repeat(20);
        check(
            json!({"x509Thumbprint": {"primaryThumbprint": print}}),
            Some("selfSigned"),
        );
        check(
            json!({"type": "selfSigned", "x509Thumbprint": {"secondaryThumbprint": print}}),
            Some("selfSigned"),
        );
        check(json!({"type": "selfSigned"}), None);
        check(
            json!({"x509Thumbprint": {"primaryThumbprint": "ab:cd"}}),
            None,
        );
        check(
            json!({"type": "certificateAuthority"}),
            Some("certificateAuthority"),
        );
        check(json!({"type": "none"}), None);
    }

    #[test]
    fn edge_devices_are_refused() {
        let check = |body: Value, want: bool| {
            let edge: EdgeBody = serde_json::from_value(body.clone()).unwrap_or_default();
            assert_eq!(edge.check().is_ok(), want, "{body}");
        };
        check(json!({}), true);
        check(
            json!({"capabilities": {"iotEdge": false}, "deviceScope": null, "parentScopes": []}),
            true,
        );
        check(json!({"capabilities": {"iotEdge": true}}), false);
        check(json!({"deviceScope": "ms-azure-iot-edge://a"}), false);
        check(json!({"parentScopes": ["ms-azure-iot-edge://a"]}), false);
    }
}
