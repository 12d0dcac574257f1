//! Who is asking, from the `Authorization` header.

use axum::http::{HeaderMap, header};
use muster_core::access::PolicyName;
use muster_core::ids::PersonId;
use muster_service::policies::PolicyRefused;
use muster_service::{Access, Hub};

/// Whoever showed good credentials. What they may do is asked with their [`Access`].
#[derive(Clone, Debug)]
pub struct Caller {
    access: Access,
}

/// Tells callers apart where their requests are counted.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum CallerKey {
    /// Everybody who signs with the keys of this policy.
    Policy(PolicyName),
    /// A person and their scripts.
    Person(PersonId),
    /// Whoever holds the machine.
    Console,
}

/// Why a request has no caller.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoCaller {
    /// It shows nothing.
    #[error("the request has no Authorization header")]
    Nothing,
    /// It shows something of another kind.
    #[error("the Authorization header is not a SharedAccessSignature")]
    OtherScheme,
    /// Its signature is not good.
    #[error(transparent)]
    Signature(#[from] PolicyRefused),
}

impl Caller {
    /// What they may do.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// Who they are, for counting.
    pub fn key(&self) -> CallerKey {
        match (self.access.policy_name(), self.access.person()) {
            (Some(name), _) => CallerKey::Policy(name),
            (None, Some(person)) => CallerKey::Person(person.id),
            (None, None) => CallerKey::Console,
        }
    }
}

/// Finds out who asks for `path`, given as decoded segments.
pub fn resolve(hub: &Hub, headers: &HeaderMap, path: &[&str]) -> Result<Caller, NoCaller> {
    let shown = headers
        .get(header::AUTHORIZATION)
        .ok_or(NoCaller::Nothing)?;
    let shown = shown.to_str().map_err(|_| NoCaller::OtherScheme)?;
    if !is_signature(headers) {
        return Err(NoCaller::OtherScheme);
    }
    let access = hub.authenticate_policy(shown, path)?;
    Ok(Caller { access })
}

/// Whether the request shows a shared access signature, good or bad.
pub fn is_signature(headers: &HeaderMap) -> bool {
    const SCHEME: &str = "SharedAccessSignature";
    headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.get(..SCHEME.len()))
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case(SCHEME))
}
