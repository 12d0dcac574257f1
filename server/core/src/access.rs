//! Shared access policies of machines (spec §1.4): which token may do what.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::key::KeyPair;
use crate::policy::Action;

/// The five policies of a hub.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PolicyName {
    /// Everything.
    #[serde(rename = "iothubowner")]
    Owner,
    /// Service side: twins, methods, queries.
    Service,
    /// Device side.
    Device,
    /// Registry, reading.
    RegistryRead,
    /// Registry, reading and writing.
    RegistryReadWrite,
}

/// A right that a policy can carry.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Right {
    /// Read identities.
    RegistryRead,
    /// Write identities.
    RegistryWrite,
    /// Speak for the service side.
    ServiceConnect,
    /// Speak as any device.
    DeviceConnect,
}

impl PolicyName {
    /// All policies.
    pub const ALL: [PolicyName; 5] = [
        Self::Owner,
        Self::Service,
        Self::Device,
        Self::RegistryRead,
        Self::RegistryReadWrite,
    ];

    /// The name in connection strings and tokens (`skn`).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "iothubowner",
            Self::Service => "service",
            Self::Device => "device",
            Self::RegistryRead => "registryRead",
            Self::RegistryReadWrite => "registryReadWrite",
        }
    }

    /// The table of spec §1.4.
    pub fn holds(self, right: Right) -> bool {
        match self {
            Self::Owner => true,
            Self::Service => right == Right::ServiceConnect,
            Self::Device => right == Right::DeviceConnect,
            Self::RegistryRead => right == Right::RegistryRead,
            Self::RegistryReadWrite => matches!(right, Right::RegistryRead | Right::RegistryWrite),
        }
    }

    /// Whether its holder may do what people do under this name. What is not listed is for people alone.
    pub fn allows(self, action: Action) -> bool {
        match action {
            Action::SeeDevices => {
                self.holds(Right::RegistryRead) || self.holds(Right::ServiceConnect)
            }
            Action::SeeCredentials => self.holds(Right::RegistryRead),
            Action::ProvisionDevices | Action::KeepConfigurations => {
                self.holds(Right::RegistryWrite)
            }
            Action::EditTwin
            | Action::InvokeMethods
            | Action::RunOperations
            | Action::SteerOperations => self.holds(Right::ServiceConnect),
            _ => false,
        }
    }
}

impl FromStr for PolicyName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|name| name.as_str() == text)
            .ok_or_else(|| {
                format!("unknown policy {text:?}; there are iothubowner, service, device, registryRead, registryReadWrite")
            })
    }
}

/// A policy with its keys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SharedAccessPolicy {
    /// Which.
    pub name: PolicyName,
    /// Either key signs its tokens.
    pub keys: KeyPair,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_reach_no_further_than_their_rights() {
        let check = |name: PolicyName, want: &[Action]| {
            let allowed: Vec<Action> = Action::ALL
                .iter()
                .copied()
                .filter(|action| name.allows(*action))
                .collect();
            assert_eq!(allowed, want, "{}", name.as_str());
        };
        use Action::{
            EditTwin, InvokeMethods, KeepConfigurations, ProvisionDevices, RunOperations,
            SeeCredentials, SeeDevices, SteerOperations,
        };
        check(
            PolicyName::Owner,
            &[
                SeeDevices,
                SeeCredentials,
                EditTwin,
                InvokeMethods,
                ProvisionDevices,
                RunOperations,
                SteerOperations,
                KeepConfigurations,
            ],
        );
        check(
            PolicyName::Service,
            &[
                SeeDevices,
                EditTwin,
                InvokeMethods,
                RunOperations,
                SteerOperations,
            ],
        );
        check(PolicyName::Device, &[]);
        check(PolicyName::RegistryRead, &[SeeDevices, SeeCredentials]);
        check(
            PolicyName::RegistryReadWrite,
            &[
                SeeDevices,
                SeeCredentials,
                ProvisionDevices,
                KeepConfigurations,
            ],
        );
    }
}
