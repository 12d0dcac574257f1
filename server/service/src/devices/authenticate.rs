//! Who is connecting? Shared access signatures of devices and policies (spec §1.3, §2.2).

use muster_core::access::{PolicyName, Right};
use muster_core::device::{Authentication, Status};
use muster_core::ids::{Identity, ModuleId};
use muster_core::key::{KeyPair, Slot};
use muster_core::sas::{BadToken, SasToken};
use muster_core::time::Timestamp;
use muster_storage::StorageError;

use super::DeviceProof;
use crate::error::ServiceError;
use crate::hub::Hub;

/// What a connection shows of itself.
#[derive(Clone, Copy)]
pub struct DeviceCredentials<'a> {
    /// The identity it claims, from the MQTT client id: `device` or `device/module`.
    pub device: &'a str,
    /// Its token, when it sent one.
    pub token: Option<&'a str>,
}

impl std::fmt::Debug for DeviceCredentials<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeviceCredentials")
            .field("device", &self.device)
            .field("token", &self.token.map(|_| "…"))
            .finish()
    }
}

/// A device that may come in.
#[derive(Clone, PartialEq, Debug)]
pub struct DeviceLogin {
    /// Its proof.
    pub proof: DeviceProof,
    /// When its token ends; the connection ends with it (spec §1.3).
    pub expires_at: Timestamp,
}

/// Why a connection is refused. All reasons but the last look alike from outside, so that ids cannot be probed.
#[derive(Debug, thiserror::Error)]
pub enum LoginRefused {
    /// The claimed id breaks the rule for ids.
    #[error("the client id names no device and no module")]
    Id,
    /// No token was sent.
    #[error("no token was sent")]
    NoToken,
    /// The token is not good.
    #[error("{0}")]
    Token(#[from] BadToken),
    /// No such identity.
    #[error("the device is not registered")]
    Unknown,
    /// It may not connect now.
    #[error("the device is disabled or retired")]
    NotAllowed,
    /// It proves itself another way.
    #[error("the device does not authenticate with shared keys")]
    OtherKind,
    /// The policy does not let its holder speak as a device.
    #[error("the policy does not hold DeviceConnect")]
    Policy,
    /// The hub cannot judge now; the client should come back.
    #[error("the hub cannot check credentials now")]
    Unavailable(#[source] ServiceError),
}

impl LoginRefused {
    /// A short word for metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Id => "bad_id",
            Self::NoToken => "no_token",
            Self::Token(BadToken::Malformed) => "malformed_token",
            Self::Token(BadToken::Expired) => "expired_token",
            Self::Token(BadToken::Signature) => "wrong_signature",
            Self::Token(BadToken::Resource) => "other_resource",
            Self::Unknown => "unknown_device",
            Self::NotAllowed => "not_allowed",
            Self::OtherKind => "other_kind",
            Self::Policy => "policy",
            Self::Unavailable(_) => "unavailable",
        }
    }
}

impl Hub {
    /// Judges a connection's credentials.
    pub async fn authenticate_device(
        &self,
        credentials: DeviceCredentials<'_>,
    ) -> Result<DeviceLogin, LoginRefused> {
        let id = Identity::parse(credentials.device).ok_or(LoginRefused::Id)?;
        let token = SasToken::parse(credentials.token.ok_or(LoginRefused::NoToken)?)?;
        let unavailable = |error: StorageError| LoginRefused::Unavailable(error.into());
        let found = self.store().find_device(&id.device).await;
        let device = found.map_err(unavailable)?.ok_or(LoginRefused::Unknown)?;
        let mut generation = device.generation.0;
        let mut authentication = device.authentication;
        let mut judged = (device.etag, None);
        if let Some(module) = &id.module {
            let found = self.store().find_module(&id.device, module).await;
            let module = found.map_err(unavailable)?.ok_or(LoginRefused::Unknown)?;
            generation = module.summary.generation.0;
            authentication = module.authentication;
            judged.1 = Some(module.summary.etag);
        }
        let Authentication::Sas(keys) = &authentication else {
            return Err(LoginRefused::OtherKind);
        };
        let (scope, slot) = self.judge(&token, &id, keys)?;
        if device.status == Status::Disabled || !device.stage.may_connect() {
            return Err(LoginRefused::NotAllowed);
        }
        Ok(DeviceLogin {
            proof: DeviceProof {
                identity: id,
                generation: generation.into(),
                scope,
                key: slot.map(|slot| keys.get(slot).mark()),
                judged,
            },
            expires_at: token.expires_at,
        })
    }

    /// What signed, and the slot of the key when it was one of the device's own.
    fn judge(
        &self,
        token: &SasToken,
        id: &Identity,
        keys: &KeyPair,
    ) -> Result<(&'static str, Option<Slot>), LoginRefused> {
        let (device, module) = (id.device.as_str(), id.module.as_ref().map(ModuleId::as_str));
        let covers = match module {
            None => token.covers(&["devices", device]),
            Some(module) => token.covers(&["devices", device, "modules", module]),
        };
        if !covers {
            return Err(BadToken::Resource.into());
        }
        let Some(policy) = &token.policy else {
            // Its own key speaks for exactly that identity: a device's not for its modules (spec §1.3, step 4).
            if token.identity() != Some((device, module)) {
                return Err(BadToken::Resource.into());
            }
            let slot = token.verify(keys, self.now())?;
            return Ok(match module {
                Some(_) => ("module", None),
                None => ("device", Some(slot)),
            });
        };
        let name: PolicyName = policy.parse().map_err(|_| LoginRefused::Policy)?;
        let keys = self.policy_keys(name);
        token.verify(&keys, self.now())?;
        if !name.holds(Right::DeviceConnect) {
            return Err(LoginRefused::Policy);
        }
        Ok(("hub", None))
    }
}
