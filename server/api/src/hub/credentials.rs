//! Credentials that the hub makes.

use muster_core::device::Authentication;
use muster_core::key::KeyPair;
use muster_service::Entropy;

/// Two new keys.
pub(super) fn new_keys(entropy: &Entropy) -> Authentication {
    Authentication::Sas(KeyPair::from_entropy(entropy.bytes(), entropy.bytes()))
}
