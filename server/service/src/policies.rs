//! Shared access policies: the keys of machines (spec §1.4).

use muster_core::access::PolicyName;
use muster_core::event::{EventKind, NewEvent};
use muster_core::key::KeyPair;
use serde_json::json;

use crate::access::{Permit, kinds::ManageHub};
use crate::error::ServiceError;
use crate::hub::Hub;

impl Hub {
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
