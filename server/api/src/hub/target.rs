//! The device that an address names, and who asks about it.

use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use muster_core::ids::{ConfigurationId, DeviceId, ModuleId};
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

/// `{id}` of the address of a configuration.
#[derive(Debug)]
pub(super) struct ConfigurationTarget(pub(super) ConfigurationId);

impl FromRequestParts<ApiState> for ConfigurationTarget {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        Ok(Self(named(parts, state, "id").await?))
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

/// How many are asked for. Python writes `top=None` when its caller names no number.
pub(super) fn top(query: &str, most: usize) -> Result<usize, ApiError> {
    let given = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("top="))
        .filter(|text| !text.is_empty() && *text != "None");
    let Some(text) = given else {
        return Ok(most);
    };
    match text.parse() {
        Ok(top) if (1..=most).contains(&top) => Ok(top),
        _ => Err(ApiError::argument(format!(
            "top is a whole number from 1 to {most}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn top_is_bounded() {
        let check = |query: &str, want: Option<usize>| {
            assert_eq!(top(query, 1000).ok(), want, "{query}");
        };
        check("api-version=2021-04-12", Some(1000));
        check("api-version=2021-04-12&top=2", Some(2));
        check("top=None", Some(1000));
        check("top=1000", Some(1000));
        check("top=0", None);
        check("top=1001", None);
        check("top=-1", None);
        check("top=all", None);
    }
}
