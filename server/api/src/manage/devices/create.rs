//! `POST /devices`: a new identity with its twin.

use axum::http::{Method, StatusCode};
use muster_core::device::{Authentication, Status, Thumbprint};
use muster_core::ids::DeviceId;
use muster_core::key::{KeyPair, SharedKey};
use muster_core::policy::Action;
use muster_core::twin::Object;
use muster_service::DeviceSummary;
use muster_service::access::kinds::ProvisionDevices;
use muster_service::registry::NewDevice;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::manage::call::Call;
use crate::manage::parameter::device_id;
use crate::manage::problem::Problem;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{PREFIX, schema, wire};

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::POST,
    path: "/devices",
    id: "createDevice",
    tag: super::TAG,
    summary: "Make a device",
    notes: "Without `authentication` the hub makes two keys; the connection string shows them. The device must lie within \
            your scope, so give it the tags that your scope asks for.",
    need: Need::Action(Action::ProvisionDevices),
    parameters: &[],
    body: Some(body),
    answer: Answer::created("The device.", answer).tagged(),
    also: &[StatusCode::CONFLICT],
    run: |call| Box::pin(run(call)),
};

fn body() -> Value {
    schema::closed(
        &[
            ("deviceId", device_id()),
            ("status", schema::status()),
            ("tags", schema::free_object()),
            ("desired", schema::free_object()),
            ("authentication", authentication()),
        ],
        &["deviceId"],
    )
}

/// How a device proves itself, as bodies give it.
pub(super) fn authentication() -> Value {
    let one = |kind: &str, members: &[(&str, Value)]| {
        let mut all = vec![("type", json!({ "const": kind }))];
        all.extend_from_slice(members);
        schema::closed(&all, &["type"])
    };
    let key = json!({ "type": "string", "description": "Base64 of 16 to 64 bytes." });
    let thumbprint = json!({ "type": "string", "description": "SHA-1 or SHA-256 of the certificate, in hexadecimal." });
    json!({ "oneOf": [
        one("sas", &[("primaryKey", key.clone()), ("secondaryKey", key)]),
        one("selfSigned", &[
            ("primaryThumbprint", thumbprint.clone()),
            ("secondaryThumbprint", thumbprint),
        ]),
        one("certificateAuthority", &[]),
    ]})
}

fn answer() -> Value {
    schema::named("Device")
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Body {
    device_id: String,
    #[serde(default)]
    status: Option<Status>,
    #[serde(default)]
    tags: Object,
    #[serde(default)]
    desired: Object,
    #[serde(default)]
    authentication: Option<Proof>,
}

/// How a device proves itself.
#[derive(Deserialize)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub(super) enum Proof {
    Sas {
        #[serde(default)]
        primary_key: Option<String>,
        #[serde(default)]
        secondary_key: Option<String>,
    },
    SelfSigned {
        #[serde(default)]
        primary_thumbprint: Option<String>,
        #[serde(default)]
        secondary_thumbprint: Option<String>,
    },
    CertificateAuthority {},
}

impl Proof {
    /// Keys that are left out are made by the hub.
    pub(super) fn read(self, call: &Call) -> Result<Authentication, Problem> {
        let key = |given: Option<String>| match given {
            Some(text) => {
                SharedKey::new(&text).map_err(|bad| Problem::refused(format!("Not a key: {bad}.")))
            }
            None => Ok(SharedKey::from_entropy(call.hub.entropy().bytes())),
        };
        let thumbprint = |given: Option<String>| {
            let read = given.map(|text| Thumbprint::new(&text));
            read.transpose()
                .map_err(|bad| Problem::refused(format!("Not a thumbprint: {bad}.")))
        };
        Ok(match self {
            Self::Sas {
                primary_key,
                secondary_key,
            } => Authentication::Sas(KeyPair {
                primary: key(primary_key)?,
                secondary: key(secondary_key)?,
            }),
            Self::SelfSigned {
                primary_thumbprint,
                secondary_thumbprint,
            } => Authentication::SelfSigned {
                primary: thumbprint(primary_thumbprint)?,
                secondary: thumbprint(secondary_thumbprint)?,
            },
            Self::CertificateAuthority {} => Authentication::CertificateAuthority,
        })
    }
}

async fn run(call: Call) -> Outcome {
    let body: Body = call.body()?;
    let permit = call.permit::<ProvisionDevices>()?;
    let id = DeviceId::new(&body.device_id).map_err(muster_service::ServiceError::from)?;
    let authentication = body.authentication.map(|proof| proof.read(&call));
    let new = NewDevice {
        authentication: authentication.transpose()?,
        status: body.status.unwrap_or(Status::Enabled),
        tags: body.tags,
        desired: body.desired,
        ..NewDevice::named(id)
    };
    let device = call.hub.create_device(permit, new).await?;
    let shown = DeviceSummary::from(&device);
    // Whoever makes a device chose how it proves itself.
    let body = wire::device(&shown, None, true);
    let place = format!(
        "{PREFIX}/devices/{}",
        crate::manage::encoded(shown.id.as_str())
    );
    Ok(Reply::of(body).tagged(shown.etag).at(place))
}
