//! Who is asking, from the `Authorization` header.

use axum::http::{HeaderMap, header};
use muster_core::access::PolicyName;
use muster_core::ids::PersonId;
use muster_service::policies::PolicyRefused;
use muster_service::{Access, Hub, ServiceError};

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
#[derive(Debug, thiserror::Error)]
pub enum NoCaller {
    /// It shows nothing.
    #[error("the request has no Authorization header")]
    Nothing,
    /// It shows something of another kind.
    #[error("the Authorization header is neither SharedAccessSignature nor Bearer")]
    OtherScheme,
    /// Its signature is not good.
    #[error(transparent)]
    Signature(#[from] PolicyRefused),
    /// Its API token is none, has ended or was revoked.
    #[error("the API token is not good")]
    Token,
    /// The hub cannot judge now.
    #[error("the credentials cannot be checked now")]
    Unavailable(#[source] ServiceError),
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

/// Finds out who asks for `path`, given as decoded segments: the holder of a policy by a signature, a person's script by
/// an API token.
pub async fn resolve(hub: &Hub, headers: &HeaderMap, path: &[&str]) -> Result<Caller, NoCaller> {
    let shown = headers
        .get(header::AUTHORIZATION)
        .ok_or(NoCaller::Nothing)?;
    let shown = shown.to_str().map_err(|_| NoCaller::OtherScheme)?;
    if is_signature(headers) {
        let access = hub.authenticate_policy(shown, path)?;
        return Ok(Caller { access });
    }
    let secret = match shown.split_once(' ') {
        Some((scheme, secret)) if scheme.eq_ignore_ascii_case("Bearer") => secret.trim(),
        _ => return Err(NoCaller::OtherScheme),
    };
    let found = hub.access_of_token(secret).await;
    let access = found.map_err(NoCaller::Unavailable)?;
    access
        .map(|access| Caller { access })
        .ok_or(NoCaller::Token)
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
