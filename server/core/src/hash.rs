//! SHA-256 in the forms the hub uses: fingerprints of tokens and of texts.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// SHA-256 of the bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// A short fingerprint of a text, for "was this made for the same question": 11 characters.
pub fn short(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&sha256(text.as_bytes())[..8])
}
