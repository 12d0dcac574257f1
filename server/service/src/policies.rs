//! Shared access policies: the keys of machines (spec §1.4), and who signs with them.

use muster_core::access::PolicyName;
use muster_core::event::{EventKind, NewEvent};
use muster_core::key::KeyPair;
use muster_core::sas::{BadToken, SasToken};
use serde_json::json;

use crate::access::{Access, Permit, kinds::ManageHub};
use crate::error::ServiceError;
use crate::hub::Hub;

/// Why a signature on the service side is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PolicyRefused {
    /// The token is not good.
    #[error(transparent)]
    Token(#[from] BadToken),
    /// The key of an identity signed it; that one opens the device side only.
    #[error("the token names no shared access policy (skn)")]
    NoPolicy,
    /// The policy it names does not exist.
    #[error("the shared access policy does not exist")]
    UnknownPolicy,
}

impl Hub {
    /// Judges a token on the service side (spec §1.3): signed by either key of its policy, not expired, made for `path`
    /// (the decoded segments of the address) or for what contains it. What the policy may do is asked later.
    pub fn authenticate_policy(&self, token: &str, path: &[&str]) -> Result<Access, PolicyRefused> {
        let token = SasToken::parse(token)?;
        let policy = token.policy.as_deref().ok_or(PolicyRefused::NoPolicy)?;
        let name: PolicyName = policy.parse().map_err(|_| PolicyRefused::UnknownPolicy)?;
        token.verify(&self.policy_keys(name), self.now())?;
        if !token.contains(path) {
            return Err(BadToken::Resource.into());
        }
        Ok(Access::policy(name))
    }

    /// A policy's connection string (spec §1.1). Showing it is an audited act.
    pub async fn policy_connection_string(
        &self,
        permit: Permit<ManageHub>,
        name: PolicyName,
    ) -> Result<String, ServiceError> {
        self.store()
            .record(NewEvent {
                at: self.now(),
                device: None,
                actor: permit.access().actor(),
                kind: EventKind::SecretShown,
                detail: json!({ "policy": name.as_str() }),
            })
            .await?;
        Ok(format!(
            "HostName={};SharedAccessKeyName={};SharedAccessKey={}",
            self.hostname(),
            name.as_str(),
            self.policy_keys(name).primary.reveal()
        ))
    }

    /// The keys of a policy; every hub has all five.
    pub(crate) fn policy_keys(&self, name: PolicyName) -> KeyPair {
        self.policies()
            .iter()
            .find(|policy| policy.name == name)
            .map(|policy| policy.keys.clone())
            .expect("opening the hub made every policy")
    }
}
