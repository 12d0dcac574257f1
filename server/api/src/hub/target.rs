//! The device that an address names, and who asks about it.

use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use muster_core::ids::{DeviceId, ModuleId};
use muster_service::access::Kind;
use muster_service::{DevicePermit, Hub, Permit};

use super::ApiState;
use crate::caller::Caller;
use crate::error::{ApiError, Code};

/// Hub and caller, for handlers to ask permits of.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) hub: Hub,
    pub(super) caller: Caller,
}

impl Asked {
    /// A permit for the hub as a whole.
    pub(super) fn permit<K: Kind>(&self) -> Result<Permit<K>, ApiError> {
        Ok(self.hub.permit(self.caller.access())?)
    }

    /// A permit for one device.
    pub(super) fn permit_device<K: Kind>(
        &self,
        device: &DeviceId,
    ) -> Result<DevicePermit<K>, ApiError> {
        Ok(self.hub.permit_device(self.caller.access(), device)?)
    }
}

impl FromRequestParts<ApiState> for Asked {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let caller = parts.extensions.get::<Caller>().cloned();
        let refused = || ApiError::new(Code::IotHubUnauthorizedAccess, "nobody asks");
        Ok(Self {
            hub: state.hub().clone(),
            caller: caller.ok_or_else(refused)?,
        })
    }
}

/// `{device}` of the address, decoded once (spec §5.1).
#[derive(Debug)]
pub(super) struct Target(pub(super) DeviceId);

impl FromRequestParts<ApiState> for Target {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        Ok(Self(named(parts, state, "device").await?))
    }
}

/// `{device}` and `{module}` of the address.
#[derive(Debug)]
pub(super) struct ModuleTarget(pub(super) DeviceId, pub(super) ModuleId);

impl FromRequestParts<ApiState> for ModuleTarget {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let device = named(parts, state, "device").await?;
        Ok(Self(device, named(parts, state, "module").await?))
    }
}

/// A name in the address, read by its rule.
async fn named<T: FromStr<Err: Display>>(
    parts: &mut Parts,
    state: &ApiState,
    name: &str,
) -> Result<T, ApiError> {
    let Path(names) = Path::<HashMap<String, String>>::from_request_parts(parts, state)
        .await
        .map_err(|_| ApiError::argument("the address is not UTF-8"))?;
    let text = names.get(name).map_or("", String::as_str);
    text.parse()
        .map_err(|error: T::Err| ApiError::argument(error.to_string()))
}
